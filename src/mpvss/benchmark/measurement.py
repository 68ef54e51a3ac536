"""What is measured, and what came of it."""

import logging
from collections.abc import Callable, Collection
from typing import NamedTuple

import torch

from mpvss.benchmark.costs import Costs, count_costs
from mpvss.benchmark.timing import Speed, measure_speed
from mpvss.benchmark.transformers_reference import ReferenceComparison, compare_with_transformers
from mpvss.propagation import FixedInterval, PropagatorModule

log = logging.getLogger(__name__)

MEASURABLE = ("costs", "speed", "transformers")
"""What :func:`measure` knows."""


class Setting(NamedTuple):
    """What the costs depend on.

    Attributes:
        backbone: option of the group `backbone`; of a method with two segmentors both, such as ``r101+r50``.
        data: name of the data set, whose frames are not read.
        num_classes: K.
        size: (H, W) of the frames, in pixels.
        interval: of the key frames, which is fixed, as in all of the paper.
        propagation: option of the group `propagation`.
        flow: option of the group `flow`; None where the method has none.
    """

    backbone: str
    data: str
    num_classes: int
    size: tuple[int, int]
    interval: int
    propagation: str = "masks"
    flow: str | None = "query_flow"

    @property
    def frame(self) -> str:
        """The frame size as the paper writes it, height first."""
        return f"{self.size[0]}x{self.size[1]}"

    def __str__(self) -> str:
        """Describe it in a line of the log."""
        return ", ".join(filter(None, (self.propagation, self.flow, self.backbone, self.frame)))


class Measurement(NamedTuple):
    """The results of one setting; None for what was not measured."""

    setting: Setting
    costs: Costs | None = None
    speed: Speed | None = None
    reference: ReferenceComparison | None = None


def measure(
    build: Callable[[], PropagatorModule],
    setting: Setting,
    what: Collection[str],
    device: torch.device,
    repeats: int = 7,
    warmup: int = 2,
) -> Measurement:
    """Measure one setting.

    Args:
        build: makes the propagator of the setting.
        setting: frame size, interval, and what the model was built for.
        what: of :data:`MEASURABLE`: ``costs`` are counted without running the model, ``speed`` is timed,
            ``transformers`` compares the key frame's with that project.
        device: where to time.
        repeats: timed rounds.
        warmup: rounds before them.

    Raises:
        ValueError: if something else is to be measured, the interval or `repeats` is less than 1, or the model has no
            counterpart in transformers.
    """
    unknown = sorted(set(what) - set(MEASURABLE))
    if unknown:
        raise ValueError(f"only {', '.join(MEASURABLE)} can be measured; got {', '.join(unknown)}.")
    key_frames = FixedInterval(setting.interval)
    costs = reference = speed = None
    if "costs" in what:
        log.info("%s: counting", setting)
        with torch.device("meta"):
            counted = build().eval()
        costs = count_costs(counted, setting.size, key_frames)
    if "speed" in what or "transformers" in what:
        with device:
            model = build().eval()
        if "transformers" in what:
            log.info("%s: timing a key frame of ours and of transformers", setting)
            reference = compare_with_transformers(model.segmentor, setting.size, repeats, warmup)
        if "speed" in what:
            log.info("%s: timing", setting)
            speed = measure_speed(model, setting.size, key_frames, repeats, warmup)
    return Measurement(setting, costs, speed, reference)
