"""What is measured, and what came of it."""

import logging
from collections.abc import Callable, Collection
from typing import NamedTuple

import torch

from mpvss.benchmark.costs import Costs, count_costs
from mpvss.benchmark.peer import PeerComparison, compare_with_transformers
from mpvss.benchmark.speed import Speed, measure_speed
from mpvss.propagation import MaskPropagation

log = logging.getLogger(__name__)

MEASURABLE = ("costs", "speed", "transformers")
"""What :func:`measure` knows."""


class Setting(NamedTuple):
    """What the costs depend on.

    Attributes:
        backbone: option of the group `backbone`.
        data: name of the data set, whose frames are not read.
        num_classes: K.
        size: (H, W) of the frames, in pixels.
        interval: frames from one key frame to the next.
    """

    backbone: str
    data: str
    num_classes: int
    size: tuple[int, int]
    interval: int

    @property
    def frame(self) -> str:
        """The frame size as the paper writes it, height first."""
        return f"{self.size[0]}x{self.size[1]}"


class Measurement(NamedTuple):
    """The results of one setting; None for what was not measured."""

    setting: Setting
    costs: Costs | None = None
    speed: Speed | None = None
    peer: PeerComparison | None = None


def measure(
    build: Callable[[], MaskPropagation],
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
    costs = peer = speed = None
    if "costs" in what:
        log.info("%s, %s: counting", setting.backbone, setting.frame)
        with torch.device("meta"):
            counted = build().eval()
        costs = count_costs(counted, setting.size, setting.interval)
    if "speed" in what or "transformers" in what:
        with device:
            model = build().eval()
        if "transformers" in what:
            log.info("%s, %s: timing a key frame of ours and of transformers", setting.backbone, setting.frame)
            peer = compare_with_transformers(model.segmentor, setting.size, repeats, warmup)
        if "speed" in what:
            log.info("%s, %s: timing", setting.backbone, setting.frame)
            speed = measure_speed(model, setting.size, setting.interval, repeats, warmup)
    return Measurement(setting, costs, speed, peer)
