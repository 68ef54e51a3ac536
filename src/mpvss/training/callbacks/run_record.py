"""Write what a model is into its checkpoints, so that they can be used without naming it again."""

from typing import Any

import lightning

from mpvss.types import ClassList
from mpvss.weights import StoredRun


class RunRecord(lightning.Callback):
    """Store model, data and classes of the run in every checkpoint.

    Args:
        run: options and values that make the model and its data.
        classes: names and colours of the labels that the model predicts; None where it predicts none.
    """

    def __init__(self, run: StoredRun, classes: ClassList | None) -> None:
        self.run = run
        self.classes = classes

    def on_save_checkpoint(
        self, trainer: lightning.Trainer, pl_module: lightning.LightningModule, checkpoint: dict[str, Any]
    ) -> None:
        """Add `run` and `classes`: plain values, which ``torch.load(weights_only=True)`` reads."""
        checkpoint["run"] = self.run.to_metadata()
        if self.classes is not None:
            checkpoint["classes"] = self.classes.to_metadata()
