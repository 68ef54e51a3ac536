"""Labelled frames with key frames at every gap before them, as sparsely labelled videos are evaluated."""

from collections.abc import Sequence
from functools import cache, partial
from typing import Any

from torch.utils.data import DataLoader, Dataset

from mpvss.data.loading.loaders import SignalSafeLoader, collate_pairs
from mpvss.data.loading.samplers import rank_and_world_size
from mpvss.data.pairs.video_pairs import read_pair
from mpvss.data.sources.source import SparselyLabelled, scored_frames
from mpvss.types import FramePair


class LabelledPairs(Dataset[FramePair]):
    """Every labelled frame, paired with the frames 0, 1, ..., max_gap - 1 before it.

    Item ``n * max_gap + d`` is labelled frame n with the key frame d frames before it; at a gap of 0 it is its
    own key frame. Interval l is evaluated on the gaps 0..l - 1 (DFF's convention), or on that of the last key
    frame on the grid 0, l, 2 l, .... A DataLoader whose batches are those of
    :meth:`batches` reads no file twice. Fills :class:`~mpvss.data.loading.scored.ScoredData`.

    Args:
        source: videos of which some frames are labelled.
        max_gap: at least 1; the interval, or the largest one, that is evaluated.

    Raises:
        ValueError: if `max_gap` is too small, or larger than a labelled frame has frames before it.
    """

    scores_flow = False

    def __init__(self, source: SparselyLabelled, max_gap: int) -> None:
        if max_gap < 1:
            raise ValueError(f"max_gap of evaluation must be at least 1; got {max_gap}. It is the interval.")
        self.source = source
        self.max_gap = max_gap
        self._targets = scored_frames(source)
        for video, frame in self._targets:
            if frame < max_gap - 1:
                raise ValueError(
                    f"An interval of {max_gap} needs {max_gap - 1} frames before the labelled one; "
                    f"{source.name(video)} has {frame}. Lower interval"
                    + (", to 1 to segment every frame by itself." if frame == 0 else f" to {frame + 1} at most.")
                )

    @property
    def names(self) -> Sequence[str]:
        """The names of the labelled frames' videos."""
        return [self.source.name(video) for video, _ in self._targets]

    def __len__(self) -> int:
        return len(self._targets) * self.max_gap

    def batches(self) -> list[range]:
        """Return the items of each labelled frame, whose files are then read once."""
        return [range(first, first + self.max_gap) for first in range(0, len(self), self.max_gap)]

    def loader(self, num_workers: int) -> DataLoader[Any]:
        """Return the batches of this process: all pairs of a labelled frame each."""
        rank, world_size = rank_and_world_size()
        batches = self.batches()[rank::world_size]
        return SignalSafeLoader(self, num_workers, batch_sampler=batches, collate_fn=collate_pairs)

    def __getitem__(self, index: int) -> FramePair:
        """Return an unbatched pair: frames (3, H, W), labels (H, W), gap ()."""
        return self.__getitems__([index])[0]

    def __getitems__(self, indices: Sequence[int]) -> list[FramePair]:
        """Return the pairs of a batch, as DataLoader asks for them; none of its files is read twice."""
        read_once = cache(self.source.read)
        pairs = []
        for index in indices:
            target, gap = divmod(index, self.max_gap)
            video, frame = self._targets[target]
            pairs.append(read_pair(partial(read_once, video), frame - gap, frame, self.source.name(video)))
        return pairs
