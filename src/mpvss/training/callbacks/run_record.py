"""Write what a model is into its checkpoints, so that they can be used without naming it again."""

from typing import Any

import lightning

from mpvss.types import ClassList


class RunRecord(lightning.Callback):
    """Store the composed configuration and the classes in every checkpoint.

    Args:
        config: the run's configuration, of plain containers and values; interpolations unresolved, so that a key
            set later still reaches every place that follows it.
        classes: names and colours of the labels that the model predicts; None where it predicts none.
    """

    def __init__(self, config: dict[str, Any], classes: ClassList | None) -> None:
        self.config = config
        self.classes = classes

    def on_save_checkpoint(
        self, trainer: lightning.Trainer, pl_module: lightning.LightningModule, checkpoint: dict[str, Any]
    ) -> None:
        """Add `config` and `classes`: plain values, which ``torch.load(weights_only=True)`` reads."""
        checkpoint["config"] = self.config
        names, colours = ((), ()) if self.classes is None else self.classes
        checkpoint["classes"] = {"names": list(names), "colours": [list(colour) for colour in colours]}
