"""Pairs of a key and a non-key frame, to train on."""

import logging
from collections.abc import Callable
from functools import partial
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor
from torch.utils.data import Dataset

from mpvss.data.pairs.drawing import (
    check_drawing,
    draw_key,
    draw_pair,
    drawing_from,
    generator_for,
    pass_order,
)
from mpvss.data.pairs.pair_source import describe_frames
from mpvss.types import FramePair, SparseVideoSource, VideoSource

_log = logging.getLogger(__name__)


class PairDataset(Dataset[FramePair]):
    """Random pairs of a set of videos, each a function of (seed, index) alone.

    Neither the worker nor the items read before change what an index gives, so a resumed run sees what an
    uninterrupted one would have. Pass after pass over the videos, each pass in a new order; indices may go on past
    the length, which is that of one epoch (see :class:`~mpvss.data.loading.samplers.EpochSampler`).

    Where only some frames are labelled, each of them is the later frame of a pair, and the passes go over them; a
    labelled frame without a frame before it is paired with itself, with a gap of 0.

    Args:
        source: labelled videos; those of a single frame are left out, with a warning.
        max_gap: largest distance between the two frames, in frames, at least 1.
        transform: applied to each unbatched pair; it may draw from torch's default CPU generator. None: as read.
        num_pairs: pairs of an epoch; None for one per frame that has a frame before it, or per labelled frame.
        seed: at least 0.
        with_flow: whether pairs carry exact flow and visibility, which the source must then know.

    Raises:
        ValueError: if `max_gap`, `num_pairs` or `seed` is too small, no video has two frames, or flow is asked of a
            source that knows none.
    """

    def __init__(
        self,
        source: VideoSource,
        max_gap: int,
        transform: Callable[[FramePair], FramePair] | None = None,
        num_pairs: int | None = None,
        seed: int = 0,
        with_flow: bool = False,
    ) -> None:
        check_drawing(max_gap, num_pairs, seed)
        self.source = source
        self.max_gap = max_gap
        self.transform = transform
        self.seed = seed
        self._flow_source = _source_with_flow(source) if with_flow else None
        self._targets = _targets(source)
        self._num_pairs = num_pairs or _num_targets(source, self._targets)

    def __len__(self) -> int:
        return self._num_pairs

    def __getitem__(self, index: int) -> FramePair:
        """Return an unbatched pair: frames (3, H, W), labels (H, W), gap (), flow (2, H, W), visible (H, W)."""
        generator = generator_for(self.seed, 1, index)
        video, key, frame = self._draw(index, generator)
        pair = read_pair(partial(self.source.read, video), key, frame, self.source.name(video))
        if self._flow_source is not None:
            flow, visible = self._flow_source.flow(video, frame, key)
            pair = pair._replace(flow=flow, visible=visible)
        if self.transform is None:
            return pair
        with drawing_from(generator):
            return self.transform(pair)

    def describe(self, index: int) -> str:
        """Return the video of a pair and its two frames."""
        video, key, frame = self._draw(index, generator_for(self.seed, 1, index))
        return describe_frames(self.source, video, key, frame)

    def _draw(self, index: int, generator: torch.Generator) -> tuple[int, int, int]:
        """Draw video, key frame and frame."""
        turn, place = divmod(index, len(self._targets))
        video, frame = self._targets[pass_order(self.seed, turn, len(self._targets))[place]]
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


@runtime_checkable
class _SourceWithFlow(Protocol):
    """Videos whose motion is known."""

    def flow(self, video: int, frame: int, key_frame: int) -> tuple[Tensor, Tensor]:
        """Return the displacement from `frame` into `key_frame`, (2, H, W) pixels, and visibility, (H, W) bool."""


def _source_with_flow(source: VideoSource) -> _SourceWithFlow:
    if not isinstance(source, _SourceWithFlow):
        raise ValueError(
            f"Pairs with flow need videos whose motion is known; {type(source).__name__} has labelled frames only. "
            "Set data.simulated_motion=true, take data=synthetic, or set data.flow=false."
        )
    return source


def _targets(source: VideoSource) -> list[tuple[int, int | None]]:
    """List what a pass goes over: labelled frames where they are few, else videos, of which any frame may be drawn."""
    if not isinstance(source, SparseVideoSource):
        return [(video, None) for video in _videos_with_pairs(source)]
    targets: list[tuple[int, int | None]] = [
        (video, frame) for video in range(len(source)) for frame in source.labelled_frames(video)
    ]
    if not targets:
        raise ValueError(f"Training pairs need a labelled frame; none of the {len(source)} videos has one.")
    return targets


def _num_targets(source: VideoSource, targets: list[tuple[int, int | None]]) -> int:
    return sum(source.num_frames(video) - 1 if frame is None else 1 for video, frame in targets)


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
