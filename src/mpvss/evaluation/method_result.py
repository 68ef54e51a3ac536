"""From a run of a method's sums to what is recorded of it."""

from mpvss.evaluation.method_run import MethodRun
from mpvss.evaluation.record import MethodResult
from mpvss.metrics import FrameCosts, FrameCounts, VideoMetrics
from mpvss.propagation import FixedInterval, describe_schedule
from mpvss.types import ClassList, KeyFrameSchedule


def method_result(
    run: MethodRun,
    classes: ClassList,
    costs: FrameCosts | None,
    counts: FrameCounts,
    frames_per_second: float | None,
) -> MethodResult:
    """Compute the scores of a run of a method; all processes have to do so together.

    Args:
        run: that has seen all videos.
        classes: of the data.
        costs: of its method's frames, where they were counted.
        counts: of its key frames and other frames, those of all processes together, which its costs are averaged over.
        frames_per_second: that it segmented.
    """
    method = run.method
    iou = run.metrics.iou()
    return MethodResult(
        method=method.name,
        backbone=method.backbone,
        flow=method.flow,
        propagation=method.propagation,
        interval=_interval(run.schedule),
        checkpoint=method.checkpoint,
        checkpoint_sha256=method.checkpoint_sha256,
        scores=run.metrics.compute(),
        class_iou=_named(iou.get("class_IoU", {}), classes),
        drift=iou.get("drift", {}),
        key_gmacs=None if costs is None else costs.key / 1e9,
        non_key_gmacs=None if costs is None or costs.non_key is None else costs.non_key / 1e9,
        gmacs=None if costs is None or not counts.total else costs.average(counts) / 1e9,
        parameters=sum(parameter.numel() for parameter in method.propagator.parameters()),
        frames_per_second=frames_per_second,
        stages=method.stages,
        schedule=describe_schedule(run.schedule),
        key_frames=counts.key / counts.total if counts.total else None,
    )


def predictions_result(
    name: str, schedule: KeyFrameSchedule, metrics: VideoMetrics, classes: ClassList
) -> MethodResult:
    """Record the scores of stored label maps, of which nothing else is known.

    Args:
        name: to call them by.
        schedule: that they are said to be of.
        metrics: that have seen them all.
        classes: of the data.
    """
    return MethodResult(
        method=name,
        backbone="stored",
        flow=None,
        propagation="stored",
        interval=_interval(schedule),
        checkpoint=None,
        checkpoint_sha256=None,
        scores=metrics.compute(),
        class_iou=_named(metrics.iou().get("class_IoU", {}), classes),
        drift={},
        key_gmacs=None,
        non_key_gmacs=None,
        gmacs=None,
        parameters=0,
        frames_per_second=None,
        schedule=describe_schedule(schedule),
    )


def _interval(schedule: KeyFrameSchedule) -> int | None:
    return schedule.interval if isinstance(schedule, FixedInterval) else None


def _named(scores: dict[int, float], classes: ClassList) -> dict[str, float]:
    return {classes.names[index]: score for index, score in scores.items()}
