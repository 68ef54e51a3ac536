"""How large the gradient is, before clipping."""

import lightning
import torch
from torch.distributed.tensor import DTensor


class GradientNorm(lightning.Callback):
    """Log ``train/gradient_norm``: the 2-norm over all parameters, as the clipping that follows measures it."""

    def on_before_optimizer_step(
        self, trainer: lightning.Trainer, pl_module: lightning.LightningModule, optimizer: torch.optim.Optimizer
    ) -> None:
        """Log it; the gradients are unscaled by now, and not yet clipped."""
        gradients = [parameter.grad for parameter in pl_module.parameters() if parameter.grad is not None]
        norm = torch.nn.utils.get_total_norm(gradients)
        if isinstance(norm, DTensor):  # each process has a share of them
            norm = norm.full_tensor()
        pl_module.log("train/gradient_norm", norm)
