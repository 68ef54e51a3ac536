"""A loader of training batches that goes on where an interrupted run was."""

from collections.abc import Iterator

from mpvss.data.collate import collate_pairs
from mpvss.data.epoch_sampler import EpochSampler
from mpvss.data.pair_source import TrainingPairs
from mpvss.data.steady_loader import SteadyLoader
from mpvss.types import FramePair


class ResumableLoader(SteadyLoader):
    """Batches of pairs, new ones in every epoch, of which one can be begun in its middle.

    Nothing is read before the first batch of an epoch is asked for.

    Args:
        pairs: what is read.
        batch_size: pairs of a batch; what makes no whole batch at the end of an epoch is left out.
        num_workers: processes that read ahead; 0 reads in the calling process.
    """

    def __init__(self, pairs: TrainingPairs, batch_size: int, num_workers: int = 0) -> None:
        self._pairs = pairs
        self._sampler = EpochSampler(len(pairs))
        self._first = 0
        super().__init__(
            pairs,
            num_workers,
            batch_size=batch_size,
            sampler=self._sampler,
            drop_last=True,
            collate_fn=collate_pairs,
        )

    def __iter__(self) -> Iterator[FramePair]:  # type: ignore[override]  # torch promises a class of its own
        # Lightning asks for an iterator before it tells the sampler the epoch, and the loader where to start.
        first, self._first = self._first, 0
        self._sampler.skip_first(first * (self.batch_size or 1))
        yield from super().__iter__()

    def start_at(self, batch: int) -> None:
        """Let the next epoch begin with this batch, and only that epoch."""
        self._first = batch

    def describe(self, batch: int) -> list[str]:
        """Return in words where the pairs of a batch of this epoch come from; its first batch is 0."""
        size = self.batch_size or 1
        return [self._pairs.describe(index) for index in self._sampler.order()[batch * size : (batch + 1) * size]]
