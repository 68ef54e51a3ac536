"""The paper's batch of 16 pairs, whatever a device holds at once and however many devices there are."""

import logging
from typing import Any

import lightning

_log = logging.getLogger(__name__)


class EffectiveBatch(lightning.Callback):
    """Accumulate gradients until a step of the optimizer has seen a fixed number of pairs, and log the arithmetic.

    The trainer goes on counting optimizer steps: its whole-numbered `val_check_interval`, which Lightning counts in
    batches, is multiplied by the batches of a step, and batches at the end of an epoch that make no whole step are
    left out.

    Args:
        pairs: of a step, over all devices; None for as many as they take at once.
    """

    def __init__(self, pairs: int | None) -> None:
        self.pairs = pairs

    def setup(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule, stage: str) -> None:
        """Set the trainer's accumulation, once the number of devices is known.

        Raises:
            ValueError: if the devices cannot share the pairs evenly, or an epoch has not enough of them for a step.
        """
        if stage != "fit":
            return
        data: Any = trainer.datamodule  # type: ignore[attr-defined]  # any data module with a batch_size
        batches = batches_per_step(self.pairs, trainer.world_size, data.batch_size)
        trainer.accumulate_grad_batches = batches
        if batches == 1:
            return
        if isinstance(trainer.val_check_interval, int):
            trainer.val_check_interval *= batches
        steps = len(data.train_dataloader()) // batches
        if not steps:
            raise ValueError(
                f"an epoch must have optim.effective_batch={self.pairs} pairs; it has fewer. "
                "Lower optim.effective_batch or raise data.pairs_per_epoch."
            )
        trainer.limit_train_batches = steps * batches


def batches_per_step(pairs: int | None, num_devices: int, batch_size: int) -> int:
    """Return over how many batches a device accumulates gradients, and log the arithmetic.

    Args:
        pairs: that one step of the optimizer is to see; None for as many as the devices take at once.
        num_devices: processes that train together.
        batch_size: pairs that each of them takes at once.

    Raises:
        ValueError: if the devices cannot share the pairs evenly; names batch sizes with which they could.
    """
    at_once = num_devices * batch_size
    if pairs is None:
        pairs = at_once
    if pairs < 1 or pairs % at_once:
        raise ValueError(
            f"optim.effective_batch={pairs} is no multiple of {num_devices} devices x data.batch_size={batch_size} "
            f"pairs. {_way_out(pairs, num_devices, at_once)}"
        )
    batches = pairs // at_once
    _log.info("effective batch %d = %d devices x %d pairs x %d accumulated", pairs, num_devices, batch_size, batches)
    return batches


def _way_out(pairs: int, num_devices: int, at_once: int) -> str:
    multiple = f"optim.effective_batch to a multiple of {at_once}, or to null for {at_once}"
    if pairs < 1 or pairs % num_devices:
        return f"Set {multiple}."
    share = pairs // num_devices
    fitting = ", ".join(str(size) for size in range(1, share + 1) if share % size == 0)
    return f"Set data.batch_size to one of {fitting}, or {multiple}."
