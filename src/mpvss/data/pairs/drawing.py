"""Which frames are paired: random, and yet a function of a few numbers, whichever process draws, in any order."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

import numpy as np
import torch


def draw_pair(num_frames: int, max_gap: int, generator: torch.Generator) -> tuple[int, int]:
    """Draw a key frame and a later, non-key frame (Sec. 4.1: the gap is at most 10 in the paper).

    The gap is uniform in 1..min(max_gap, num_frames - 1); given the gap, so is the place in the video.

    Args:
        num_frames: frames of the video, at least 2.
        max_gap: largest distance in frames, at least 1.
        generator: the only source of randomness.

    Returns:
        (key, frame), frame numbers with key < frame.

    Raises:
        ValueError: if there is no pair to draw.
    """
    if num_frames < 2:
        raise ValueError(f"A pair needs a video of at least 2 frames; got {num_frames}.")
    if max_gap < 1:
        raise ValueError(f"max_gap must be at least 1 frame; got {max_gap}.")
    gap = int(torch.randint(1, min(max_gap, num_frames - 1) + 1, (), generator=generator))
    key = int(torch.randint(num_frames - gap, (), generator=generator))
    return key, key + gap


def draw_key(frame: int, max_gap: int, generator: torch.Generator) -> int:
    """Draw a key frame for a given, labelled frame.

    The gap is uniform in 1..min(max_gap, frame); the first frame of a video is its own key frame.

    Args:
        frame: number of the frame, at least 0.
        max_gap: largest distance in frames, at least 1.
        generator: the only source of randomness.

    Returns:
        The number of the key frame.

    Raises:
        ValueError: if there is no such frame, or no gap.
    """
    if frame < 0:
        raise ValueError(f"frame must be at least 0; got {frame}.")
    if max_gap < 1:
        raise ValueError(f"max_gap must be at least 1 frame; got {max_gap}.")
    if frame == 0:
        return 0
    return frame - int(torch.randint(1, min(max_gap, frame) + 1, (), generator=generator))


def check_max_gap(max_gap: int) -> None:
    """Refuse a largest gap between the two frames of a pair that allows no pair.

    Raises:
        ValueError: if it is less than 1 frame.
    """
    if max_gap < 1:
        raise ValueError(f"data.max_gap must be at least 1 frame; got {max_gap}. It follows interval unless set.")


def generator_for(*key: int) -> torch.Generator:
    """Return a generator whose stream belongs to these numbers, at least 0, alone (of all keys of that length)."""
    seed = np.random.SeedSequence(key).generate_state(1, np.uint64)[0]
    # torch seeds are signed.
    return torch.Generator().manual_seed(int(seed >> np.uint64(1)))


@contextmanager
def drawing_from(generator: torch.Generator) -> Iterator[None]:
    """Let torch's default CPU generator continue the stream of another; afterwards it goes on as if nothing was."""
    with torch.random.fork_rng(devices=[]):
        # Not torch.manual_seed: in the main process that would reset the GPU's generator too.
        torch.default_generator.set_state(generator.get_state())
        yield


@lru_cache(maxsize=4)
def pass_order(seed: int, turn: int, count: int) -> tuple[int, ...]:
    """Return the order of 0..count - 1 in pass `turn` over a data set; remembered, since every item asks for it."""
    return tuple(torch.randperm(count, generator=generator_for(seed, 0, turn)).tolist())
