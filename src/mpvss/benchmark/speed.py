"""Seconds a frame, key and non-key, and memory."""

from collections.abc import Callable
from typing import NamedTuple

import torch

from mpvss.benchmark.costs import CLIP_LENGTH, key_frames_of_a_clip
from mpvss.benchmark.memory import peak_memory
from mpvss.benchmark.stopwatch import Timing, time_alternately
from mpvss.inference import expand_state, repeated_key
from mpvss.propagation import PropagatorModule, label_map, semantic_map

TIMED = (
    "Batch 1, float32, random weights. Timed: from a uint8 RGB frame on the device to its uint8 label map on the "
    "device, that is, normalisation, padding, model, class aggregation at full resolution and the choice of "
    "the best class; not timed: reading, decoding and copying of frames. Median and quartiles over rounds that time "
    "everything in turn, device synchronised, after warm-up."
)


class Speed(NamedTuple):
    """How long frames take.

    Attributes:
        key: a key frame.
        non_key: a non-key frame by itself.
        non_key_batched: a non-key frame, where all between two key frames go through the model as one batch, as
            `VideoSegmenter` sends them; at interval 1 the same as `non_key`.
        clip_seconds: a frame of a `CLIP_LENGTH`-frame clip on average, from the medians, non-key frames batched.
        peak_bytes: peak of memory while a key frame and its batch of non-key frames are segmented; None if unknown.
    """

    key: Timing
    non_key: Timing
    non_key_batched: Timing
    clip_seconds: float
    peak_bytes: int | None


def measure_speed(
    propagation: PropagatorModule, size: tuple[int, int], interval: int, repeats: int = 7, warmup: int = 2
) -> Speed:
    """Time one frame size on the device that the model is on.

    Args:
        propagation: in eval mode.
        size: (H, W) of the frames, in pixels.
        interval: frames from one key frame to the next.
        repeats: timed rounds.
        warmup: rounds before them.

    Returns:
        Times and memory; what is timed is said in :data:`TIMED`.

    Raises:
        ValueError: if `repeats` or `interval` is less than 1.
    """
    num_keys = key_frames_of_a_clip(interval)
    device = next(propagation.parameters()).device
    batch = max(interval - 1, 1)
    frames = torch.randint(256, (1 + batch, 3, *size), dtype=torch.uint8, device=device)
    key_frame, non_key_frames = frames[:1], frames[1:]
    with torch.inference_mode():
        state = propagation.start(key_frame)
        states = expand_state(state, batch)
        next_key, next_keys = (repeated_key(propagation, state, length) for length in (1, batch))

    def key() -> torch.Tensor:
        return semantic_map(propagation.start(key_frame).segments, size)

    def non_key() -> torch.Tensor:
        return label_map(propagation.step(state, non_key_frames[:1], next_key), size)

    def non_keys() -> torch.Tensor:
        return label_map(propagation.step(states, non_key_frames, next_keys), size)

    calls: dict[str, Callable[[], object]] = {"key": key, "non_key": non_key, "non_keys": non_keys}

    @torch.inference_mode()
    def segment() -> None:
        key()
        non_keys()

    timings = time_alternately(calls, repeats, warmup, device)
    non_key_batched = timings["non_keys"].scaled(1 / batch)
    others = CLIP_LENGTH - num_keys
    return Speed(
        key=timings["key"],
        non_key=timings["non_key"],
        non_key_batched=non_key_batched,
        clip_seconds=(num_keys * timings["key"].median + others * non_key_batched.median) / CLIP_LENGTH,
        peak_bytes=peak_memory(segment, device),
    )
