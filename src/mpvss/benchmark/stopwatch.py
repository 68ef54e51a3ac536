"""Timing calls and parts of calls, on a machine that others may use too."""

import logging
import statistics
from collections.abc import Callable, Iterable, Mapping
from time import perf_counter
from typing import Any, NamedTuple

import torch
from torch import nn
from torch.utils.hooks import RemovableHandle

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
