"""One batch in place of a run's data: to see whether a model can learn it, or why its loss is not finite."""

import logging
from abc import ABC, abstractmethod
from pathlib import Path

from lightning import LightningDataModule
from torch import load
from torch.utils.data import DataLoader

from mpvss.data.datamodule import PairDataModule
from mpvss.types import ClassList, FramePair

_log = logging.getLogger(__name__)

_BATCHES_PER_EPOCH = 1000


class _OneBatch(LightningDataModule, ABC):
    """One batch, again and again, and nothing to validate on."""

    def __init__(self, data: PairDataModule, batch_size: int) -> None:
        super().__init__()
        self.classes: ClassList | None = data.classes
        self.batch_size = batch_size

    def train_dataloader(self) -> DataLoader[FramePair]:
        """Return the batch, many times."""
        return DataLoader([self._batch()], batch_size=None, sampler=[0] * _BATCHES_PER_EPOCH)  # type: ignore[arg-type]

    def val_dataloader(self) -> list[DataLoader]:
        """Return no loader."""
        return []

    @abstractmethod
    def _batch(self) -> FramePair:
        """Return the batch."""


class RepeatedBatch(_OneBatch):
    """The first batch of a run's data, again and again; it is read, and so augmented, once.

    Args:
        data: of the run. Each process keeps its own first batch.
    """

    def __init__(self, data: PairDataModule) -> None:
        super().__init__(data, data.batch_size)
        self._data = data

    def setup(self, stage: str) -> None:
        """Open the run's data to train on; see there for what it refuses."""
        self._data.setup(stage)

    def _batch(self) -> FramePair:
        batch: FramePair = next(iter(self._data.train_dataloader()))
        return batch


class SavedBatch(_OneBatch):
    """A batch that :class:`~mpvss.training.callbacks.NonFiniteLoss` saved.

    Args:
        data: of the run, for its classes; it is not read.
        file: ``non_finite_batch_<rank>.pt`` of the run.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if none is named, or it holds something else.
    """

    def __init__(self, data: PairDataModule, file: str | Path | None) -> None:
        if file is None:
            raise ValueError("debug=replay needs a batch to replay. Set debug.batch=RUN/non_finite_batch_0.pt.")
        saved = _read_batch(Path(file))
        super().__init__(data, len(saved.frame))
        self._saved = saved

    def _batch(self) -> FramePair:
        return self._saved


def _read_batch(file: Path) -> FramePair:
    if not file.is_file():
        raise FileNotFoundError(f"{file}: there is no such file. Give debug.batch=RUN/non_finite_batch_0.pt.")
    expected = f"{file} must be a batch that a run saved when its loss was not finite (non_finite_batch_0.pt)"
    try:
        content = load(file, weights_only=True, map_location="cpu")
        sources = content.pop("sources")
        batch = FramePair(**content)
    except Exception as error:  # torch names no classes for what it cannot read
        raise ValueError(f"{expected}; got something else: {str(error).splitlines()[0]}") from error
    _log.info("%s: %d pairs of frames%s", file, len(batch.frame), "".join(f"\n  {source}" for source in sources))
    return batch
