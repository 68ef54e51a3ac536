"""Evaluations of the same method taken together: mean and spread over seeds."""

import math
import statistics
from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeVar

from mpvss.evaluation.record import MethodResult, ResultRecord
from mpvss.report.paper import BACKBONES, STAGES

Key = TypeVar("Key")


class DataSplit(NamedTuple):
    """What was evaluated on; scores on different ones are never mixed.

    Attributes:
        data: option of the group `data`.
        split: name of the data set's part.
    """

    data: str
    split: str


class Spread(NamedTuple):
    """A number over seeds.

    Attributes:
        mean: over the evaluations that have the number.
        deviation: standard deviation of a sample; None for a single evaluation.
    """

    mean: float
    deviation: float | None


class Summary(NamedTuple):
    """A method at one interval, or with another key-frame schedule, over its seeds.

    Attributes:
        method: its name.
        backbone: option of the group `backbone`; ``-`` without.
        flow: option; None without.
        propagation: option; ``-`` without.
        interval: frames from one key frame to the next; None where it is not fixed.
        schedule: name of what decided on key frames otherwise; None for a fixed interval.
        seeds: evaluations taken together.
        scores: percent by name, as in `MethodResult`.
        class_iou: percent by class name.
        drift: mIoU in percent by distance from the key frame, in frames.
        stages: S of the motion decoder where it is not the paper's 3, else None.
        costs: ``GMACs``, ``key_GMACs`` and ``non_key_GMACs`` of a frame, ``key_frames_percent`` of all frames,
            ``parameters_M`` in millions, ``fps`` in frames per second; those that are not known are absent.
    """

    method: str
    backbone: str
    flow: str | None
    propagation: str
    interval: int | None
    schedule: str | None
    stages: int | None
    seeds: int
    scores: dict[str, Spread]
    class_iou: dict[str, Spread]
    drift: dict[int, Spread]
    costs: dict[str, Spread]

    @property
    def interval_or_schedule(self) -> int | str | None:
        """What tells summaries of a method apart: the interval, or the name of another schedule."""
        return self.schedule if self.interval is None else self.interval

    @property
    def spoken_schedule(self) -> str:
        """The same in words."""
        return f"interval {self.interval}" if self.schedule is None else self.schedule


def summaries(records: Sequence[ResultRecord]) -> dict[DataSplit, list[Summary]]:
    """Take the evaluations of each method, backbone and interval or other schedule together.

    Checkpoints count, not evaluations: of one that was evaluated twice, the newer evaluation stands. Where a record
    names no checkpoint, its seed tells evaluations apart.

    Args:
        records: of evaluations, of one data set or several.

    Returns:
        By data set and split; sorted by backbone (the paper's first, in its order), method as first seen, interval,
        other schedules last.
    """
    newest: dict[tuple[DataSplit, _Setting, object], MethodResult] = {}
    for record in sorted(records, key=lambda record: record.created):
        for result in record.results:
            model = result.checkpoint_sha256 or record.seed
            newest[DataSplit(record.data, record.split), _setting(result), model] = result
    groups: dict[DataSplit, dict[_Setting, list[MethodResult]]] = {}
    for (data, setting, _), result in newest.items():
        groups.setdefault(data, {}).setdefault(setting, []).append(result)
    return {data: _sorted([_summary(results) for results in settings.values()]) for data, settings in groups.items()}


class _Setting(NamedTuple):
    method: str
    backbone: str
    flow: str | None
    propagation: str
    interval: int | None
    schedule: str | None
    stages: int | None


def _setting(result: MethodResult) -> _Setting:
    # What scores without a model, such as stored predictions, has neither backbone nor propagation.
    stages = None if result.stages == STAGES else result.stages
    schedule = result.schedule if result.interval is None else None
    return _Setting(
        result.method, result.backbone or "-", result.flow, result.propagation or "-", result.interval, schedule, stages
    )


def _summary(results: Sequence[MethodResult]) -> Summary:
    return Summary(
        *_setting(results[0]),
        seeds=len(results),
        scores=_spreads([result.scores for result in results]),
        class_iou=_spreads([result.class_iou for result in results]),
        drift=_spreads([result.drift for result in results]),
        costs=_spreads([_costs(result) for result in results]),
    )


def _costs(result: MethodResult) -> dict[str, float]:
    costs = {
        "GMACs": result.gmacs,
        "key_GMACs": result.key_gmacs,
        "non_key_GMACs": result.non_key_gmacs,
        "key_frames_percent": None if result.key_frames is None else 100 * result.key_frames,
        "parameters_M": result.parameters and result.parameters / 1e6,
        "fps": result.frames_per_second,
    }
    return {name: value for name, value in costs.items() if value is not None}


def _spreads(values: Sequence[Mapping[Key, float]]) -> dict[Key, Spread]:
    keys = dict.fromkeys(key for part in values for key in part)
    return {key: _spread([part[key] for part in values if key in part]) for key in keys}


def _spread(values: Sequence[float]) -> Spread:
    deviation = statistics.stdev(values) if len(values) > 1 else None
    return Spread(statistics.fmean(values), deviation)


def _sorted(unsorted: list[Summary]) -> list[Summary]:
    backbones = [*BACKBONES, *(summary.backbone for summary in unsorted)]
    methods = [summary.method for summary in unsorted]
    return sorted(unsorted, key=lambda s: (backbones.index(s.backbone), methods.index(s.method), *_schedule_order(s)))


def _schedule_order(summary: Summary) -> tuple[float, str]:
    """Sort by interval, and schedules without one by name after them."""
    return (math.inf if summary.interval is None else summary.interval, summary.schedule or "")
