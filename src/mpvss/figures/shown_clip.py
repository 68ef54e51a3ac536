"""The frames of a video that figures show."""

from itertools import islice
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from mpvss.data import KnowsFlow, VideoSource
from mpvss.video import open_frames

_COLUMNS = 5


class ShownClip(NamedTuple):
    """A key frame, a later frame, and some of those between them.

    Attributes:
        name: of the video.
        numbers: of the frames in their video, the key frame's first.
        frames: (T, 3, H, W) uint8 RGB.
        truth: (T, H, W) uint8 classes or VOID; None where nobody knows.
        true_flow: (2, H, W) displacement from the last frame into the first, pixels; None where nobody knows.
    """

    name: str
    numbers: list[int]
    frames: Tensor
    truth: Tensor | None = None
    true_flow: Tensor | None = None


def clip_of_video(path: str | Path, frames: list[int]) -> ShownClip:
    """Read frames of a video file or a folder of pictures.

    Args:
        path: of the file or folder.
        frames: the key frame k and a later frame j, counted from 0.

    Returns:
        Frames k and j and up to three between them, evenly spaced.

    Raises:
        FileNotFoundError: if there is no such video.
        ValueError: if it cannot be read or has no frame j, or j does not come after k.
    """
    numbers = _numbers(frames)
    with open_frames(path) as reader:
        read = dict(islice(((index, frame) for index, frame in enumerate(reader)), numbers[-1] + 1))
    if numbers[-1] not in read:
        raise _too_short(str(path), len(read), frames)
    return ShownClip(Path(path).name, numbers, torch.stack([read[number] for number in numbers]))


def clip_of_source(source: VideoSource, video: int, frames: list[int]) -> ShownClip:
    """Read frames of a labelled video, and its flow where the source knows it; as :func:`clip_of_video` otherwise."""
    numbers = _numbers(frames)
    if numbers[-1] >= source.num_frames(video):
        raise _too_short(source.name(video), source.num_frames(video), frames)
    read = [source.read(video, number) for number in numbers]
    pictures, truth = (torch.stack(part) for part in zip(*read, strict=True))
    true_flow = source.flow(video, numbers[-1], numbers[0])[0] if isinstance(source, KnowsFlow) else None
    return ShownClip(source.name(video), numbers, pictures, truth, true_flow)


def find_video(source: VideoSource, clip: str | int) -> int:
    """Find a video by its name or its number.

    Raises:
        ValueError: if there is none; names those that exist.
    """
    names = [source.name(video) for video in range(len(source))]
    if str(clip) in names:
        return names.index(str(clip))
    if isinstance(clip, int) and 0 <= clip < len(names):
        return clip
    more = f" and {len(names) - 10} more" if len(names) > 10 else ""
    raise ValueError(f"clip must be 0 to {len(names) - 1}, or one of {', '.join(names[:10])}{more}; got {clip}.")


def _numbers(frames: list[int]) -> list[int]:
    if len(frames) != 2 or not all(isinstance(number, int) for number in frames) or not 0 <= frames[0] < frames[1]:
        raise ValueError(
            f"frames must be a key frame and a later frame, counted from 0; got {frames}. Set frames=[0,4], say."
        )
    key, last = frames
    return torch.linspace(key, last, min(_COLUMNS, last - key + 1)).round().int().tolist()


def _too_short(name: str, num_frames: int, frames: list[int]) -> ValueError:
    return ValueError(
        f"{name} has {num_frames} frames, 0 to {num_frames - 1}; got frames=[{frames[0]},{frames[1]}]. "
        "Choose frames that it has."
    )
