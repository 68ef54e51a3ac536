"""What a training step spends its time on, measured without waiting for the device."""

from collections import defaultdict
from collections.abc import Iterable
from time import perf_counter
from typing import Any, NamedTuple, Protocol, Self

import torch

PARTS = ("data_wait", "forward", "matching", "backward", "optimizer")
"""What a step consists of."""


class StepTime(NamedTuple):
    """Seconds of a training step, or of several.

    Attributes:
        pairs: that it saw.
        data_wait: until a batch was on the device, as far as the device had nothing else to do.
        forward: forward pass and losses, without matching.
        matching: of predicted segments with labelled ones, costs and assignment.
        assignment: the part of matching that is done on the host, with the copies to it and back.
        backward: backward pass.
        optimizer: clipping, the optimizer's step, and what callbacks do then.
    """

    pairs: int
    data_wait: float
    forward: float
    matching: float
    assignment: float
    backward: float
    optimizer: float

    @classmethod
    def total(cls, steps: Iterable[Self]) -> Self:
        """Add up steps, at least one."""
        return cls(*map(sum, zip(*steps, strict=True)))

    @property
    def seconds(self) -> float:
        """The whole time; the assignment is in the matching's."""
        return self.data_wait + self.forward + self.matching + self.backward + self.optimizer

    def share(self, part: str) -> float:
        """Return what an attribute has of the whole time, 0..1; those of :data:`PARTS` sum to 1."""
        seconds: float = getattr(self, part)
        return seconds / self.seconds


class Clock(Protocol):
    """Tells the time of a device. A moment is whatever it likes, hence Any."""

    def now(self) -> Any:
        """Return the moment at which the device will have done all that it was told so far."""

    def reached(self, moment: Any) -> bool:
        """Tell whether the device has got there."""

    def seconds(self, begin: Any, end: Any) -> float:
        """Return the seconds between two moments that the device has reached."""


class HostClock:
    """The clock of a device that is done when a call returns: the CPU."""

    def now(self) -> float:
        """Return the moment, in seconds."""
        return perf_counter()

    def reached(self, moment: float) -> bool:
        """Tell that it is over."""
        return True

    def seconds(self, begin: float, end: float) -> float:
        """Subtract the two."""
        return end - begin


class CudaClock:
    """The clock of a GPU, which runs behind the host: events in its current stream."""

    def now(self) -> torch.cuda.Event:
        """Record an event."""
        event = torch.cuda.Event(enable_timing=True)
        event.record()
        return event

    def reached(self, moment: torch.cuda.Event) -> bool:
        """Ask whether the GPU has passed the event."""
        return moment.query()

    def seconds(self, begin: torch.cuda.Event, end: torch.cuda.Event) -> float:
        """Ask for the time between two events."""
        return begin.elapsed_time(end) / 1e3


def clock_of(device: torch.device) -> Clock:
    """Return the clock of a device."""
    return CudaClock() if device.type == "cuda" else HostClock()


class Laps:
    """One stretch of time, without gaps, as named laps that may repeat.

    Args:
        clock: of the device.
        begin: a moment of the clock; None for now.
    """

    def __init__(self, clock: Clock, begin: Any = None) -> None:  # Any: a moment
        self._clock = clock
        self._moments = [clock.now() if begin is None else begin]
        self._names: list[str] = []

    def end(self, name: str) -> None:
        """End a lap; the next one begins."""
        self._names.append(name)
        self._moments.append(self._clock.now())

    def follow(self) -> "Laps":
        """Return the stretch that begins where this one ended."""
        return Laps(self._clock, self._moments[-1])

    def are_over(self) -> bool:
        """Tell whether the device has finished the last lap."""
        return self._clock.reached(self._moments[-1])

    def seconds(self) -> defaultdict[str, float]:
        """Add up the laps of each name; 0 for any other."""
        total: defaultdict[str, float] = defaultdict(float)
        for name, begin, end in zip(self._names, self._moments, self._moments[1:], strict=False):
            total[name] += self._clock.seconds(begin, end)
        return total
