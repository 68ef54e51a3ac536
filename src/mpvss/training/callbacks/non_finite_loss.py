"""What to look at when a loss is not a number."""

import logging
from pathlib import Path

import lightning
import torch
from torch import Tensor

from mpvss.data import ResumableLoader
from mpvss.output.atomic import replacing
from mpvss.types import FramePair, NonFiniteError

_log = logging.getLogger(__name__)


class NonFiniteLoss(lightning.Callback):
    """Stop at a loss that is not finite, before it reaches the weights; name the batch's frames and save the batch.

    It asks the device for one value a batch.

    Args:
        folder: where ``non_finite_batch_<rank>.pt`` is written: `sources`, the frames in words, and the fields of the
            :class:`~mpvss.types.FramePair`, for ``torch.load(weights_only=True)``.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self._batch: tuple[FramePair, int] | None = None

    def on_train_batch_start(
        self, trainer: lightning.Trainer, pl_module: lightning.LightningModule, batch: FramePair, batch_idx: int
    ) -> None:
        """Keep hold of the batch."""
        self._batch = batch, batch_idx

    def on_before_backward(
        self, trainer: lightning.Trainer, pl_module: lightning.LightningModule, loss: Tensor
    ) -> None:
        """Look at the loss.

        Raises:
            NonFiniteError: if it is not finite.
        """
        if not loss.isfinite():
            raise NonFiniteError(
                f"the loss must be finite; got {loss.item()} at step {trainer.global_step}. Lower optim.optimizer.lr, "
                "or train with trainer.precision=bf16-mixed or 32-true if it was 16-mixed."
            )

    def on_exception(
        self, trainer: lightning.Trainer, pl_module: lightning.LightningModule, exception: BaseException
    ) -> None:
        """Name and save the batch of a loss, or of matching costs, that are not finite."""
        if not isinstance(exception, NonFiniteError) or self._batch is None:
            return
        batch, index = self._batch
        loader = trainer.train_dataloader
        sources = loader.describe(index) if isinstance(loader, ResumableLoader) else []
        file = self.folder / f"non_finite_batch_{trainer.global_rank}.pt"
        fields = {name: value.cpu() for name, value in batch._asdict().items() if value is not None}
        with replacing(file) as partial:
            torch.save({"sources": sources, **fields}, partial)
        frames = "".join(f"\n  {source}" for source in sources)
        _log.error("The loss of this batch is not finite; it is saved in %s:%s", file, frames)
