"""The checkpoint that an interrupted run goes on from."""

import logging
import signal
import threading
from pathlib import Path
from types import FrameType
from typing import Any

import lightning
from lightning.pytorch.callbacks import Checkpoint

from mpvss.data import ResumableLoader
from mpvss.types import TrainingStopped

_log = logging.getLogger(__name__)

_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2)
"""Ctrl-C, the end of a job, the warning before it that SLURM is asked for by ``--signal=USR1@60``, and submitit's."""


class LastCheckpoint(Checkpoint):
    """Save every so many steps, before and after each validation, at the end, and when a signal asks to stop.

    Ctrl-C, SIGTERM, SIGUSR1 and SIGUSR2 take effect after the step or validation batch in hand, by all processes at
    once: the state is saved and training ends with :class:`TrainingStopped`; who listened for SIGUSR2 before, as
    submitit does to queue its job again, is called then. A second Ctrl-C ends training on the spot.

    A run resumed from here trains and validates as it would have: a validation that was due or under way is done from
    its beginning. Only the curves lack the step that a signal came in. The last step of all is saved only after its
    validation, which otherwise would be lost.

    Args:
        path: of the checkpoint.
        every_n_steps: optimizer steps from one to the next.

    Raises:
        ValueError: if `every_n_steps` is less than 1.
    """

    def __init__(self, path: str | Path, every_n_steps: int) -> None:
        if every_n_steps < 1:
            raise ValueError(f"callbacks.last.every_n_steps must be at least 1; got {every_n_steps}.")
        self.path = Path(path)
        self.every_n_steps = every_n_steps
        self._signal: int | None = None
        self._seen = 0  # the latest optimizer step
        self._saved = 0  # the latest one that is saved
        self._validation_to_do = False
        self._requeue: Any = None  # who listened for SIGUSR2

    def on_train_start(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        """Go on in the epoch where a resumed run was, and listen for signals; Lightning puts back who did before."""
        self._seen = trainer.global_step
        loader = trainer.train_dataloader
        if isinstance(loader, ResumableLoader):
            begun = trainer.fit_loop.epoch_loop.batch_progress.current.ready
            loader.start_at(begun % int(trainer.num_training_batches))
        if threading.current_thread() is threading.main_thread():  # nobody else may
            self._requeue = signal.getsignal(signal.SIGUSR2)
            for number in _STOPPING:
                signal.signal(number, self._note)

    def on_train_batch_end(
        self,
        trainer: lightning.Trainer,
        pl_module: lightning.LightningModule,
        outputs: Any,  # whatever the training step returned
        batch: Any,
        batch_idx: int,
    ) -> None:
        """Save if it is time, once an optimizer step is complete; before a validation, that is left to its start."""
        if trainer.global_step != self._seen and not _validation_follows(trainer):
            is_to_stop = self._is_to_stop(trainer)
            if is_to_stop or _is_finished(trainer) or trainer.global_step % self.every_n_steps == 0:
                self._save(trainer)
            if is_to_stop:
                self._stop()
        self._seen = trainer.global_step

    def on_validation_start(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        """Save, before callbacks may exchange the weights to validate others."""
        if trainer.sanity_checking:
            return
        if not _is_finished(trainer):
            self._validation_to_do = True
            self._save(trainer)
        if self._is_to_stop(trainer):
            self._stop()

    def on_validation_batch_end(self, trainer: lightning.Trainer, *_: Any) -> None:
        """Stop if asked to; all is saved."""
        if not trainer.sanity_checking and self._is_to_stop(trainer):
            self._stop()

    def on_validation_end(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        """Save, the scores with it."""
        self._validation_to_do = False
        if not trainer.sanity_checking:
            self._save(trainer)

    def on_train_end(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        """Save if the last step is not; callbacks may have exchanged the weights by now."""
        if self._saved != trainer.global_step:
            self._save(trainer)

    def on_save_checkpoint(
        self, trainer: lightning.Trainer, pl_module: lightning.LightningModule, checkpoint: dict[str, Any]
    ) -> None:
        """Write a validation that is to do down as one whose first batch was interrupted, which Lightning repeats."""
        if self._validation_to_do:
            progress = checkpoint["loops"]["fit_loop"]["epoch_loop.val_loop.batch_progress"]
            progress["total"] |= {"ready": 1, "started": 1, "processed": 0, "completed": 0}
            progress["current"] |= {"ready": 0, "started": 0, "processed": 0, "completed": 0}

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self._signal is not None and number == signal.SIGINT:
            raise KeyboardInterrupt
        self._signal = number
        _log.warning("%s: saving and stopping after this step.", signal.Signals(number).name)

    def _save(self, trainer: lightning.Trainer) -> None:
        trainer.save_checkpoint(self.path, weights_only=False)  # that is, not the weights alone
        self._saved = trainer.global_step

    def _is_to_stop(self, trainer: lightning.Trainer) -> bool:
        """Ask all processes: one that stops alone would leave the others waiting for it."""
        return bool(trainer.strategy.reduce_boolean_decision(self._signal is not None, all=False))

    def _stop(self) -> None:
        if self._signal == signal.SIGUSR2 and callable(self._requeue):
            self._requeue(self._signal, None)
        raise TrainingStopped(self._signal or signal.SIGTERM, self.path if self.path.exists() else None)


def _validation_follows(trainer: lightning.Trainer) -> bool:
    """Tell whether Lightning validates after the batch that ends now."""
    loop = trainer.fit_loop.epoch_loop
    return loop._should_check_val_fx(trainer.fit_loop._data_fetcher)  # type: ignore[arg-type]  # it is set in training


def _is_finished(trainer: lightning.Trainer) -> bool:
    return trainer.max_steps != -1 and trainer.global_step >= trainer.max_steps
