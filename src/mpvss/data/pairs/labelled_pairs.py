"""Labelled frames with key frames at every distance before them, as sparsely labelled videos are evaluated."""

from collections.abc import Sequence
from functools import cache, partial

from torch.utils.data import Dataset

from mpvss.data.pairs.video_pairs import read_pair
from mpvss.types import FramePair, SparseVideoSource


class LabelledPairs(Dataset[FramePair]):
    """Every labelled frame, paired with the frames 0, 1, ..., max_distance - 1 before it.

    Item ``n * max_distance + d`` is labelled frame n with the key frame d frames before it; at distance 0 it is its
    own key frame. Interval l is evaluated on the distances 0..l - 1 (DFF's convention), or on that of the last key
    frame on the grid 0, l, 2 l, .... A DataLoader whose batches are those of
    :meth:`batches` reads no file twice.

    Args:
        source: videos of which some frames are labelled.
        max_distance: at least 1; the interval, or the largest one, that is evaluated.

    Raises:
        ValueError: if `max_distance` is too small, or larger than a labelled frame has frames before it.
    """

    def __init__(self, source: SparseVideoSource, max_distance: int) -> None:
        if max_distance < 1:
            raise ValueError(f"max_distance must be at least 1; got {max_distance}. It is the interval.")
        self.source = source
        self.max_distance = max_distance
        self._targets = [(video, frame) for video in range(len(source)) for frame in source.labelled_frames(video)]
        for video, frame in self._targets:
            if frame < max_distance - 1:
                raise ValueError(
                    f"An interval of {max_distance} needs {max_distance - 1} frames before the labelled one; "
                    f"{source.name(video)} has {frame}. Lower interval"
                    + (", to 1 to segment every frame by itself." if frame == 0 else f" to {frame + 1} at most.")
                )

    def __len__(self) -> int:
        return len(self._targets) * self.max_distance

    def batches(self) -> list[range]:
        """Return the items of each labelled frame, whose files are then read once."""
        return [range(first, first + self.max_distance) for first in range(0, len(self), self.max_distance)]

    def __getitem__(self, index: int) -> FramePair:
        """Return an unbatched pair: frames (3, H, W), labels (H, W), gap ()."""
        return self.__getitems__([index])[0]

    def __getitems__(self, indices: Sequence[int]) -> list[FramePair]:
        """Return the pairs of a batch, as DataLoader asks for them; none of its files is read twice."""
        read_once = cache(self.source.read)
        pairs = []
        for index in indices:
            target, distance = divmod(index, self.max_distance)
            video, frame = self._targets[target]
            pairs.append(read_pair(partial(read_once, video), frame - distance, frame, self.source.name(video)))
        return pairs
