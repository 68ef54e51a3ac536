"""Timing calls, parts of calls and frames, on a machine that others may use too."""

import logging
import statistics
from collections.abc import Callable, Iterable, Mapping
from time import perf_counter
from typing import Any, NamedTuple

import torch
from torch import nn
from torch.utils.hooks import RemovableHandle

from mpvss.benchmark.costs import clip_counts
from mpvss.benchmark.memory import peak_memory
from mpvss.metrics import repeated_key
from mpvss.propagation import FixedInterval, PropagatorModule, label_map, semantic_map

log = logging.getLogger(__name__)


class Timing(NamedTuple):
    """What repeated timings of one thing say.

    Attributes:
        median: seconds.
        low: first quartile, seconds.
        high: third quartile, seconds.
    """

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, samples: list[float]) -> "Timing":
        """Summarise samples, in seconds; of a single one all three are the same."""
        if len(samples) == 1:
            return cls(samples[0], samples[0], samples[0])
        low, median, high = statistics.quantiles(samples, n=4, method="inclusive")
        return cls(median, low, high)

    def scaled(self, factor: float) -> "Timing":
        """Return the timing of `factor` times the work, such as of one frame of a batch."""
        return Timing(factor * self.median, factor * self.low, factor * self.high)


def time_alternately(
    calls: Mapping[str, Callable[[], object]], repeats: int, warmup: int, device: torch.device
) -> dict[str, Timing]:
    """Time several calls in turns, A B A B, so that what else the machine does strikes all of them alike.

    Args:
        calls: what to time, by name; run without gradients.
        repeats: timed rounds.
        warmup: rounds before them.
        device: where the calls run; waited for before and after each.

    Returns:
        A timing per name.

    Raises:
        ValueError: if there is no round to time.
    """
    if repeats < 1 or warmup < 0:
        raise ValueError(f"repeats must be at least 1 and warmup at least 0; got {repeats} and {warmup}.")
    samples: dict[str, list[float]] = {name: [] for name in calls}
    with torch.inference_mode():
        for index in range(-warmup, repeats):
            log.info("round %d of %d", index + 1 + warmup, repeats + warmup)
            for name, call in calls.items():
                begin = _now(device)
                call()
                seconds = _now(device) - begin
                if index >= 0:
                    samples[name].append(seconds)
    return {name: Timing.of(values) for name, values in samples.items()}


def time_parts(
    call: Callable[[], object], parts: Mapping[str, Iterable[nn.Module]], repeats: int, device: torch.device
) -> dict[str, Timing]:
    """Time what parts of a model take within a call; the device is waited for at each part's border.

    Args:
        call: runs the model, without gradients.
        parts: by name, the modules whose forward passes make up the part; their times are added.
        repeats: how often to call.
        device: where the model runs.

    Returns:
        A timing per part.
    """
    samples: dict[str, list[float]] = {name: [] for name in parts}
    handles: list[RemovableHandle] = []

    def watch(name: str, module: nn.Module) -> None:
        begins: list[float] = []

        def begin(*_: Any) -> None:  # Any: a hook's arguments, whatever the module's are
            begins.append(_now(device))

        def end(*_: Any) -> None:
            samples[name][-1] += _now(device) - begins.pop()

        handles.extend((module.register_forward_pre_hook(begin), module.register_forward_hook(end)))

    for name, modules in parts.items():
        for module in modules:
            watch(name, module)
    try:
        with torch.inference_mode():
            for _ in range(repeats):
                for values in samples.values():
                    values.append(0.0)
                call()
    finally:
        for handle in handles:
            handle.remove()
    return {name: Timing.of(values) for name, values in samples.items()}


def _now(device: torch.device) -> float:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return perf_counter()


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
        clip_seconds: a frame of the paper's clip of 15 frames on average, from the medians, non-key frames batched.
        peak_bytes: peak of memory while a key frame and its batch of non-key frames are segmented; None if unknown.
    """

    key: Timing
    non_key: Timing
    non_key_batched: Timing
    clip_seconds: float
    peak_bytes: int | None


def measure_speed(
    propagation: PropagatorModule, size: tuple[int, int], key_frames: FixedInterval, repeats: int = 7, warmup: int = 2
) -> Speed:
    """Time one frame size on the device that the model is on.

    Args:
        propagation: in eval mode.
        size: (H, W) of the frames, in pixels.
        key_frames: their interval.
        repeats: timed rounds.
        warmup: rounds before them.

    Returns:
        Times and memory; what is timed is said in :data:`TIMED`.

    Raises:
        ValueError: if `repeats` is less than 1.
    """
    num_frames = clip_counts(key_frames)
    device = next(propagation.parameters()).device
    batch = max(key_frames.interval - 1, 1)
    frames = torch.randint(256, (1 + batch, 3, *size), dtype=torch.uint8, device=device)
    key_frame, non_key_frames = frames[:1], frames[1:]
    with torch.inference_mode():
        state = propagation.start(key_frame)
        states = state.expand(batch)
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
    return Speed(
        key=timings["key"],
        non_key=timings["non_key"],
        non_key_batched=non_key_batched,
        clip_seconds=(num_frames.key * timings["key"].median + num_frames.non_key * non_key_batched.median)
        / num_frames.total,
        peak_bytes=peak_memory(segment, device),
    )
