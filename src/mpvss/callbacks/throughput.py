"""How fast training goes, and how much of the time it waits for data."""

import time
from collections import deque
from typing import Any

import lightning

from mpvss.types import FramePair


class Throughput(lightning.Callback):
    """Log ``train/pairs_per_second`` and ``train/data_wait_share`` (0..1), averaged over the latest steps.

    A step lasts from the end of the one before to its own, so that reading, augmentation and the copy to the device
    count as far as training had to wait for them. A step that follows a validation is left out.

    Args:
        window: steps to average over.
    """

    def __init__(self, window: int = 50) -> None:
        self._steps: deque[tuple[int, float, float]] = deque(maxlen=window)  # pairs, seconds waited, seconds
        self._began = 0.0
        self._ended: float | None = None

    def on_train_batch_start(
        self, trainer: lightning.Trainer, pl_module: lightning.LightningModule, batch: FramePair, batch_idx: int
    ) -> None:
        """Note that the data is there."""
        self._began = time.perf_counter()

    def on_train_batch_end(
        self,
        trainer: lightning.Trainer,
        pl_module: lightning.LightningModule,
        outputs: Any,  # whatever the training step returned
        batch: FramePair,
        batch_idx: int,
    ) -> None:
        """Log both; the pairs of all processes are counted."""
        ended = time.perf_counter()
        num_pairs = len(batch.frame)
        if self._ended is not None:
            self._steps.append((num_pairs, self._began - self._ended, ended - self._ended))
            pairs, waited, seconds = map(sum, zip(*self._steps, strict=True))
            pl_module.log("train/pairs_per_second", pairs * trainer.world_size / seconds, batch_size=num_pairs)
            pl_module.log("train/data_wait_share", waited / seconds, batch_size=num_pairs)
        self._ended = ended

    def on_validation_start(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        """Leave the step after it out."""
        self._ended = None
