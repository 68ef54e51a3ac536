"""Pairs where there is no video: simulated motion of single frames."""

import torch
from torch import Tensor

from mpvss.data.pairs.drawing import check_max_gap
from mpvss.data.pairs.simulated import SimulatedMotion
from mpvss.data.sources.source import VideoSource, scored_frames
from mpvss.types import ClassList, FramePair


class StillPairs:
    """Draws a virtual gap and makes a pair of one labelled frame; a pass goes over all of them.

    Fills :class:`~mpvss.data.pairs.endless.PairDraw`.

    Args:
        source: labelled frames; that some are of one video does not matter.
        motion: makes a pair of a frame.
        max_gap: largest virtual gap, in frames, at least 1; drawn uniformly from 1 on.
        with_flow: whether pairs carry exact flow and visibility.

    Raises:
        ValueError: if `max_gap` is too small, there is no frame, or a class that shall move is not in the data.
    """

    needs_two_frames = False

    def __init__(self, source: VideoSource, motion: SimulatedMotion, max_gap: int, with_flow: bool = False) -> None:
        check_max_gap(max_gap)
        self.source = source
        self.motion = motion
        self.max_gap = max_gap
        self.with_flow = with_flow
        self._movable = motion.movable(source.classes)
        self._frames = scored_frames(source)
        if not self._frames:
            raise ValueError("Simulated motion needs at least one labelled frame; the training videos have none.")

    @property
    def classes(self) -> ClassList:
        """The classes of the frames."""
        return self.source.classes

    @property
    def num_pairs(self) -> int:
        """One per labelled frame."""
        return len(self._frames)

    def __len__(self) -> int:
        return len(self._frames)

    def make(self, place: int, generator: torch.Generator) -> FramePair:
        """Read a frame and move it."""
        image, labels = self.read(place)
        gap = int(torch.randint(1, self.max_gap + 1, (), generator=generator))
        pair = self.motion(image, labels, self._movable, gap, generator)
        return pair if self.with_flow else pair._replace(flow=None, visible=None)

    def read(self, place: int) -> tuple[Tensor, Tensor]:
        """Return the frame that a pair is made of, (3, H, W) uint8 RGB, and its labels, (H, W) uint8."""
        return self.source.read(*self._frames[place])

    def describe(self, place: int, generator: torch.Generator) -> str:
        """Return the video and the frame that a pair is made of."""
        video, frame = self._frames[place]
        return f"{self.source.name(video)}, {self.source.frame_name(video, frame)}"
