"""From a run of a method's sums to what is recorded of it."""

from mpvss.evaluation.costs import FrameCosts
from mpvss.evaluation.method_run import MethodRun
from mpvss.evaluation.record import MethodResult
from mpvss.metrics import VideoMetrics
from mpvss.types import ClassList


def method_result(
    run: MethodRun, classes: ClassList, costs: FrameCosts | None, frames_per_second: float | None
) -> MethodResult:
    """Compute the scores of a run of a method; all processes have to do so together.

    Args:
        run: that has seen all videos.
        classes: of the data.
        costs: of its method's frames, where they were counted.
        frames_per_second: that it segmented.
    """
    method, interval = run.method, run.interval
    iou = run.metrics.iou()
    return MethodResult(
        method=method.name,
        backbone=method.backbone,
        flow=method.flow,
        propagation=method.propagation,
        interval=interval,
        checkpoint=method.checkpoint,
        checkpoint_sha256=method.checkpoint_sha256,
        scores=run.metrics.compute(),
        class_iou=_named(iou.get("class_IoU", {}), classes),
        drift=iou.get("drift", {}),
        key_gmacs=None if costs is None else costs.key,
        non_key_gmacs=None if costs is None else costs.non_key,
        gmacs=None if costs is None else costs.average(interval),
        parameters=sum(parameter.numel() for parameter in method.propagator.parameters()),
        frames_per_second=frames_per_second,
        stages=method.stages,
    )


def predictions_result(name: str, interval: int, metrics: VideoMetrics, classes: ClassList) -> MethodResult:
    """Record the scores of stored label maps, of which nothing else is known.

    Args:
        name: to call them by.
        interval: that they are said to be of.
        metrics: that have seen them all.
        classes: of the data.
    """
    return MethodResult(
        method=name,
        backbone="stored",
        flow=None,
        propagation="stored",
        interval=interval,
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
    )


def _named(scores: dict[int, float], classes: ClassList) -> dict[str, float]:
    return {classes.names[index]: score for index, score in scores.items()}
