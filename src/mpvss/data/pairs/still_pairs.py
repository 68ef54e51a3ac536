"""Pairs to train on where there is no video: simulated motion of single frames."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.utils.data import Dataset

from mpvss.data.pairs.drawing import check_drawing, drawing_from, generator_for, pass_order
from mpvss.data.pairs.pair_source import describe_frames
from mpvss.data.pairs.simulated import SimulatedMotion
from mpvss.types import FramePair, SparseVideoSource, VideoSource


class StillPairDataset(Dataset[FramePair]):
    """Pairs made of one labelled frame each, a function of (seed, index) alone.

    Pass after pass over all labelled frames of a source, each pass in a new order and with new motion; indices may go
    on past the length, which is that of one epoch (see :class:`~mpvss.data.loading.samplers.EpochSampler`).

    Args:
        source: labelled frames; that some are of one video does not matter.
        motion: makes a pair of a frame.
        max_gap: largest virtual gap, in frames, at least 1; drawn uniformly from 1 on.
        transform: applied to each unbatched pair; it may draw from torch's default CPU generator. None: as made.
        num_pairs: pairs of an epoch; None for one per frame.
        seed: at least 0.
        with_flow: whether pairs carry exact flow and visibility.

    Raises:
        ValueError: if a number is too small, there is no frame, or a class that shall move is not in the data.
    """

    def __init__(
        self,
        source: VideoSource,
        motion: SimulatedMotion,
        max_gap: int,
        transform: Callable[[FramePair], FramePair] | None = None,
        num_pairs: int | None = None,
        seed: int = 0,
        with_flow: bool = False,
    ) -> None:
        check_drawing(max_gap, num_pairs, seed)
        self.source = source
        self.motion = motion
        self.max_gap = max_gap
        self.transform = transform
        self.seed = seed
        self.with_flow = with_flow
        self._movable = motion.movable(source.classes)
        self._frames = [(video, frame) for video in range(len(source)) for frame in _labelled_frames(source, video)]
        if not self._frames:
            raise ValueError("Simulated motion needs at least one labelled frame; the training videos have none.")
        self._num_pairs = num_pairs or len(self._frames)

    def __len__(self) -> int:
        return self._num_pairs

    def __getitem__(self, index: int) -> FramePair:
        """Return an unbatched pair: frames (3, H, W), labels (H, W), gap (), flow (2, H, W), visible (H, W)."""
        image, labels = self.read(index)
        generator = generator_for(self.seed, 1, index)
        gap = int(torch.randint(1, self.max_gap + 1, (), generator=generator))
        pair = self.motion(image, labels, self._movable, gap, generator)
        if not self.with_flow:
            pair = pair._replace(flow=None, visible=None)
        if self.transform is None:
            return pair
        with drawing_from(generator):
            return self.transform(pair)

    def read(self, index: int) -> tuple[Tensor, Tensor]:
        """Return the frame that a pair is made of, (3, H, W) uint8 RGB, and its labels, (H, W) uint8."""
        return self.source.read(*self._find(index))

    def describe(self, index: int) -> str:
        """Return the video and the frame that a pair is made of."""
        return describe_frames(self.source, *self._find(index))

    def _find(self, index: int) -> tuple[int, int]:
        """Return video and frame."""
        turn, place = divmod(index, len(self._frames))
        return self._frames[pass_order(self.seed, turn, len(self._frames))[place]]


def _labelled_frames(source: VideoSource, video: int) -> Sequence[int]:
    if isinstance(source, SparseVideoSource):
        return source.labelled_frames(video)
    return range(source.num_frames(video))
