"""The paper's learning rate: polynomial decay (Sec. 4.1), with a linear warm-up where one is wanted."""

from typing import Any

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR


class PolynomialSchedule(LambdaLR):
    """Multiply learning rates by ``(1 - step / total_iters) ** power``, and by a ramp in the first steps.

    A resumed run goes on at the rate of its own `total_iters`, not of those that it was saved with: torch's
    PolynomialLR restores them, so that a finished run given more steps would train at rate 0.

    Args:
        optimizer: whose groups' learning rates are multiplied.
        total_iters: steps until the rate is 0.
        power: of the decay.
        warmup_steps: step s of them has (s + 1) / (warmup_steps + 1) of the rate; 0 for no warm-up.

    Raises:
        ValueError: if there are no steps, or none after the warm-up.
    """

    def __init__(self, optimizer: Optimizer, total_iters: int, power: float = 0.9, warmup_steps: int = 0) -> None:
        if not 0 <= warmup_steps < total_iters:
            raise ValueError(
                f"a schedule needs steps after its warm-up; got optim.warmup_steps={warmup_steps} of "
                f"{total_iters} steps. Raise trainer.max_steps or lower optim.warmup_steps."
            )

        def factor(step: int) -> float:
            ramp = min(1.0, (step + 1) / (warmup_steps + 1))
            return float(ramp * max(0.0, 1 - step / total_iters) ** power)

        super().__init__(optimizer, factor)

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Restore the step, and set the rate that this schedule has there.

        Args:
            state_dict: of a schedule over the same parameter groups.
        """
        super().load_state_dict(state_dict)
        self._last_lr = [base * self.lr_lambdas[0](self.last_epoch) for base in self.base_lrs]
        for group, lr in zip(self.optimizer.param_groups, self._last_lr, strict=True):
            group["lr"] = lr
