"""Whether the loss of one batch falls."""

import logging
from typing import Any

import lightning
import torch

_log = logging.getLogger(__name__)


class FallingLoss(lightning.Callback):
    """Compare the first with the last steps of a run that sees one batch again and again.

    The mean over a tenth of the steps each, since the criterion draws other points in every step.
    """

    def __init__(self) -> None:
        self._losses: list[torch.Tensor] = []

    def on_train_batch_end(
        self,
        trainer: lightning.Trainer,
        pl_module: lightning.LightningModule,
        outputs: Any,  # Lightning's: {"loss": ...}
        batch: Any,
        batch_idx: int,
    ) -> None:
        """Keep the loss."""
        self._losses.append(outputs["loss"].detach())

    def on_train_end(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        """Say how far it fell.

        Raises:
            ValueError: if it did not fall.
        """
        losses = torch.stack(self._losses).cpu()
        tenth = max(len(losses) // 10, 1)
        first, last = losses[:tenth].mean().item(), losses[-tenth:].mean().item()
        if not last < first:
            raise ValueError(
                f"the loss of one batch must fall; it went from {first:.4g} to {last:.4g} in {len(losses)} steps. "
                "Look at optim.optimizer.lr (too low or far too high), at recipe.trained (what learns), and at the "
                "labels of the batch."
            )
        _log.info("The loss of one batch fell from %.4g to %.4g in %d steps.", first, last, len(losses))
