"""Pairs of a key and a non-key frame of one video."""

import logging
from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor

from mpvss.data.pairs.drawing import check_max_gap, draw_key, draw_pair
from mpvss.data.sources.source import KnowsFlow, SparselyLabelled, VideoSource, scored_frames
from mpvss.types import ClassList, FramePair

_log = logging.getLogger(__name__)


class VideoPairs:
    """Draws two frames of a video; a pass goes over the videos. Fills :class:`~mpvss.data.pairs.endless.PairDraw`.

    Where only some frames are labelled, each of them is the later frame of a pair, and the passes go over them; a
    labelled frame without a frame before it is paired with itself, with a gap of 0.

    Args:
        source: labelled videos; those of a single frame are left out, with a warning.
        max_gap: largest distance between the two frames, in frames, at least 1.
        with_flow: whether pairs carry exact flow and visibility, which the source must then know.

    Raises:
        ValueError: if `max_gap` is too small, no video has two frames, or flow is asked of a source that knows none.
    """

    needs_two_frames = True

    def __init__(self, source: VideoSource, max_gap: int, with_flow: bool = False) -> None:
        check_max_gap(max_gap)
        self.source = source
        self.max_gap = max_gap
        self._flow = _flow_of(source) if with_flow else None
        self._targets = _targets(source)

    @property
    def classes(self) -> ClassList:
        """The classes of the videos."""
        return self.source.classes

    @property
    def num_pairs(self) -> int:
        """One per frame that has a frame before it, or per labelled frame where these are few."""
        return sum(self.source.num_frames(video) - 1 if frame is None else 1 for video, frame in self._targets)

    def __len__(self) -> int:
        return len(self._targets)

    def make(self, place: int, generator: torch.Generator) -> FramePair:
        """Draw the two frames and read them."""
        video, key, frame = self._frames(place, generator)
        pair = read_pair(partial(self.source.read, video), key, frame, self.source.name(video))
        if self._flow is None:
            return pair
        flow, visible = self._flow(video, frame, key)
        return pair._replace(flow=flow, visible=visible)

    def describe(self, place: int, generator: torch.Generator) -> str:
        """Return the video of a pair and its two frames."""
        video, *frames = self._frames(place, generator)
        names = " and ".join(self.source.frame_name(video, frame) for frame in frames)
        return f"{self.source.name(video)}, {names}"

    def _frames(self, place: int, generator: torch.Generator) -> tuple[int, int, int]:
        """Draw video, key frame and frame."""
        video, frame = self._targets[place]
        if frame is None:
            return video, *draw_pair(self.source.num_frames(video), self.max_gap, generator)
        return video, draw_key(frame, self.max_gap, generator), frame


def read_pair(read: Callable[[int], tuple[Tensor, Tensor]], key: int, frame: int, name: str) -> FramePair:
    """Read an unbatched pair; a frame that is its own key frame is read once.

    Args:
        read: gives image and labels of a frame of the video.
        key: number of the key frame.
        frame: number of the frame.
        name: of the video, for the error.

    Raises:
        ValueError: if the two frames differ in size.
    """
    key_frame, key_labels = read(key)
    image, labels = (key_frame, key_labels) if key == frame else read(frame)
    if key_frame.shape != image.shape:
        sizes = " and ".join(f"{one.shape[2]}x{one.shape[1]}" for one in (key_frame, image))
        raise ValueError(
            f"The frames of a video must have one size; {name} has {sizes} (width x height) at frames {key} and "
            f"{frame}. Resize them, or leave the video out."
        )
    return FramePair(key_frame, key_labels, image, labels, torch.tensor(frame - key, dtype=torch.int64))


def _flow_of(source: VideoSource) -> Callable[[int, int, int], tuple[Tensor, Tensor]]:
    if not isinstance(source, KnowsFlow):
        raise ValueError(
            f"Pairs with flow need videos whose motion is known; {type(source).__name__} has labelled frames only. "
            "Set data/pairs=still, take data=synthetic, or set data.flow=false."
        )
    return source.flow


def _targets(source: VideoSource) -> list[tuple[int, int | None]]:
    """List what a pass goes over: labelled frames where they are few, else videos, of which any frame may be drawn."""
    if not isinstance(source, SparselyLabelled):
        return [(video, None) for video in _videos_with_pairs(source)]
    targets: list[tuple[int, int | None]] = [*scored_frames(source)]
    if not targets:
        raise ValueError(f"Training pairs need a labelled frame; none of the {len(source)} videos has one.")
    return targets


def _videos_with_pairs(source: VideoSource) -> list[int]:
    videos = [video for video in range(len(source)) if source.num_frames(video) >= 2]
    if not videos:
        raise ValueError(
            f"Training pairs need a clip of at least two frames; none of the {len(source)} clips has more than one."
        )
    single = sorted(set(range(len(source))) - set(videos))
    if single:
        names = ", ".join(source.name(video) for video in single)
        _log.warning("Left out of training, because a pair needs two frames and they have one: %s", names)
    return videos
