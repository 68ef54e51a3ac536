"""How fast training goes, and what its steps spend their time on."""

from collections import deque
from typing import Any

import lightning
import torch
from torch import nn
from torch.utils.hooks import RemovableHandle

from mpvss.criterion import HungarianMatcher
from mpvss.training.step_time import PARTS, Clock, Laps, StepTime, clock_of
from mpvss.types import FramePair


class StepTimes(lightning.Callback):
    """Log ``train/pairs_per_second`` and the shares of a step's time (0..1), averaged over the latest steps.

    The shares are ``train/data_wait_share``, ``forward_share``, ``matching_share``, ``backward_share`` and
    ``optimizer_share`` (see `StepTime`); they sum to 1. A step lasts from the end of the one
    before to its own, all the batches over which it accumulates gradients included. One that follows a validation or a
    checkpoint is left out. A GPU is not waited for: what is logged is as new as what it has finished.

    Args:
        window: steps to average over.
        clock: None for that of the device trained on.
    """

    def __init__(self, window: int = 50, clock: Clock | None = None) -> None:
        self._steps: deque[StepTime] = deque(maxlen=window)
        self._unfinished: deque[tuple[int, Laps]] = deque(maxlen=window)  # pairs of a step and its laps
        self._clock = clock
        self._hooks: list[RemovableHandle] = []
        self._laps: Laps | None = None  # of the step under way
        self._pairs = 0  # that it has seen
        self._is_last_batch = False

    def steps(self) -> list[StepTime]:
        """Return the latest steps that the device has finished, oldest first."""
        while self._unfinished and self._unfinished[0][1].are_over():
            self._steps.append(_step_time(*self._unfinished.popleft()))
        return list(self._steps)

    def on_train_start(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        """Watch the matching, which lies within the forward pass."""
        self._clock = self._clock or clock_of(pl_module.device)
        self._forget_step()
        for part in pl_module.modules():
            if isinstance(part, HungarianMatcher):
                self._watch(part, "matching", within="forward")
                self._watch(part.assignment, "assignment", within="matching")

    def on_train_end(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        """Watch no more."""
        while self._hooks:
            self._hooks.pop().remove()

    def on_train_batch_start(
        self, trainer: lightning.Trainer, pl_module: lightning.LightningModule, batch: FramePair, batch_idx: int
    ) -> None:
        """Note that the data is there."""
        self._end("data_wait")

    def on_before_backward(
        self, trainer: lightning.Trainer, pl_module: lightning.LightningModule, loss: torch.Tensor
    ) -> None:
        """Note that the loss is there."""
        self._end("forward")

    def on_after_backward(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        """Note that the batch's gradients are there."""
        self._end("backward")

    def on_before_optimizer_step(
        self, trainer: lightning.Trainer, pl_module: lightning.LightningModule, optimizer: torch.optim.Optimizer
    ) -> None:
        """Note that this batch is the step's last one."""
        self._is_last_batch = True

    def on_train_batch_end(
        self,
        trainer: lightning.Trainer,
        pl_module: lightning.LightningModule,
        outputs: Any,  # whatever the training step returned
        batch: FramePair,
        batch_idx: int,
    ) -> None:
        """Log after a step; the pairs of all processes are counted."""
        self._end("optimizer")
        self._pairs += len(batch.frame)
        if not self._is_last_batch:
            return
        assert self._clock is not None  # training has started
        pairs, laps = self._pairs, self._laps
        self._forget_step()
        self._laps = Laps(self._clock) if laps is None else laps.follow()
        if laps is not None:
            self._unfinished.append((pairs, laps))
        if _writes_now(trainer) and (steps := self.steps()):
            total = StepTime.total(steps)
            shares = {f"train/{part}_share": total.share(part) for part in PARTS}
            rate = {"train/pairs_per_second": total.pairs * trainer.world_size / total.seconds}
            pl_module.log_dict(rate | shares, batch_size=len(batch.frame))

    def on_validation_start(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        """Leave the step after it out."""
        self._forget_step()

    def on_save_checkpoint(
        self,
        trainer: lightning.Trainer,
        pl_module: lightning.LightningModule,
        checkpoint: dict[str, Any],  # what Lightning stores
    ) -> None:
        """Leave the step after it out."""
        self._forget_step()

    def _forget_step(self) -> None:
        """Have no step under way, until one ends."""
        self._laps, self._pairs, self._is_last_batch = None, 0, False

    def _end(self, lap: str) -> None:
        if self._laps is not None:
            self._laps.end(lap)

    def _watch(self, part: nn.Module, lap: str, within: str) -> None:
        """End a lap where a module is called, and another where it returns."""
        self._hooks.append(part.register_forward_pre_hook(lambda *_: self._end(within)))
        self._hooks.append(part.register_forward_hook(lambda *_: self._end(lap)))


def _writes_now(trainer: lightning.Trainer) -> bool:
    """Tell whether Lightning writes what is logged; it takes a third of a millisecond a number where not, too."""
    every: int = trainer.log_every_n_steps  # type: ignore[attr-defined]  # set by a part of the trainer
    return every > 0 and trainer.global_step % every == 0


def _step_time(pairs: int, laps: Laps) -> StepTime:
    seconds = laps.seconds()
    seconds["matching"] += seconds["assignment"]
    return StepTime(pairs, *(seconds[part] for part in StepTime._fields[1:]))
