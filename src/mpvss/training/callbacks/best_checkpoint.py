"""The best weights of a run that is scored, the latest of one that is not."""

import logging

import lightning
from lightning.pytorch.callbacks import ModelCheckpoint

_log = logging.getLogger(__name__)


class BestCheckpoint(ModelCheckpoint):
    """Lightning's `ModelCheckpoint` for runs whose data may be without labels, and then give no score.

    Where a validation logs nothing to monitor, the latest weights count as the best.
    """

    def on_validation_end(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        """Save, by the score if there is one."""
        if not trainer.sanity_checking:
            self._forget_missing_score(trainer)
        super().on_validation_end(trainer, pl_module)

    def _forget_missing_score(self, trainer: lightning.Trainer) -> None:
        if self.monitor is not None and self.monitor not in trainer.callback_metrics:
            _log.warning("There is no %s on these data: best.ckpt is the latest checkpoint.", self.monitor)
            self.monitor = None
