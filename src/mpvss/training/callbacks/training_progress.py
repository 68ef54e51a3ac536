"""How far training is."""

from typing import Any

import lightning
from lightning.pytorch.callbacks import ProgressBar
from rich.progress import Progress, TaskID

from mpvss.output.progress import progress_bar


class TrainingProgress(ProgressBar):
    """A bar of the optimizer's steps, with the latest loss and score, and one of each validation while it lasts.

    Steps are what a run is long: its pairs have no end, and so there is no last epoch to count to.
    """

    def __init__(self) -> None:
        super().__init__()
        self._is_shown = True
        self._bar: Progress | None = None
        self._training: TaskID | None = None
        self._validation: TaskID | None = None

    def enable(self) -> None:
        """Draw the bars, from the next run on."""
        self._is_shown = True

    def disable(self) -> None:
        """Draw nothing; Lightning asks for this in all processes but the first."""
        self._is_shown = False

    def on_train_start(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        """Begin where a resumed run was."""
        steps = trainer.estimated_stepping_batches
        self._bar = progress_bar("steps", shown=self._is_shown)
        self._training = self._bar.add_task(
            "training", total=None if steps == float("inf") else steps, completed=trainer.global_step
        )
        self._bar.start()

    def on_train_batch_end(self, trainer: lightning.Trainer, *_: Any) -> None:
        """Count the step."""
        self._update(trainer)

    def on_validation_start(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        """Add the bar of this validation."""
        if self._bar is not None:
            total = sum(trainer.num_val_batches)
            self._validation = self._bar.add_task("validating", total=total, unit="chunks")

    def on_validation_batch_end(self, trainer: lightning.Trainer, *_: Any) -> None:
        """Count the batch."""
        if self._bar is not None and self._validation is not None:
            self._bar.advance(self._validation)

    def on_validation_end(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        """Take the bar of this validation away, and show its score."""
        if self._bar is not None and self._validation is not None:
            self._bar.remove_task(self._validation)
            self._validation = None
            self._update(trainer)

    def on_train_end(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        """Leave the bar as it is."""
        self._stop()

    def on_exception(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule, exception: Any) -> None:
        """Leave the bar as it is, so that what is said of the exception stands below it."""
        self._stop()

    def _update(self, trainer: lightning.Trainer) -> None:
        if self._bar is None or self._training is None:
            return
        metrics = trainer.progress_bar_metrics.items()
        said = [f"{name} {value:.3f}" if isinstance(value, float) else f"{name} {value}" for name, value in metrics]
        self._bar.update(self._training, completed=trainer.global_step, description="  ".join(["training", *said]))

    def _stop(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = self._training = self._validation = None
