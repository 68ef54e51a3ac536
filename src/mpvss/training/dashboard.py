"""The project's pages at W&B: a workspace with the curves of all runs, and a report that compares them."""

from typing import Any

import wandb_workspaces.reports.v2 as wr
import wandb_workspaces.workspaces as ws
from wandb_workspaces import expr

from mpvss.training.loggers import STEP
from mpvss.training.step_time import PARTS

_NAME = "MPVSS"
_GROUPS = ("backbone", "interval")
_BEST = "val/mIoU.max"


def build_workspace(entity: str, project: str) -> ws.Workspace:
    """Lay out the curves, pictures and tables that a run logs, runs grouped by backbone and interval.

    Args:
        entity: user or team that the project belongs to.
        project: its name.

    Returns:
        The workspace, not yet saved.
    """
    sections = {
        "Validation": _validation(),
        "Pictures": _pictures(),
        "Losses": _losses(),
        "Optimization": _optimization(),
        "Speed": _speed(),
        "Flow pretraining": _flow_pretraining(),
    }
    return ws.Workspace(
        entity=entity,
        project=project,
        name=_NAME,
        sections=[ws.Section(name=name, panels=panels, is_open=True) for name, panels in sections.items()],
        settings=ws.WorkspaceSettings(x_axis=STEP, max_runs=20),
        runset_settings=ws.RunsetSettings(
            groupby=[expr.Config(name) for name in _GROUPS],
            order=[expr.Ordering(expr.Summary(_BEST), ascending=False)],
            pinned_columns=[f"summary:{_BEST}", *(f"config:{name}.value" for name in (*_GROUPS, "flow", "data"))],
        ),
    )


def build_report(entity: str, project: str) -> wr.Report:
    """Lay out a page to share: which runs are best, how accuracy goes with the interval, and what training did.

    Args:
        entity: user or team that the project belongs to.
        project: its name.

    Returns:
        The report, not yet saved.
    """
    blocks: list[Any] = [  # of the package's blocks, of which it takes a list of all kinds
        wr.TableOfContents(),
        wr.H1("Accuracy"),
        wr.P("Best validation scores. Runs are grouped by backbone and interval; the curves show the mean of a group."),
        _grid(_validation()),
        wr.H1("What the models see"),
        wr.P(
            "The same frames in every run. Truth, prediction and errors are masks that the viewer switches on and off."
        ),
        _grid(_pictures()),
        wr.H1("Training"),
        _grid([*_losses(), *_optimization(), *_speed()]),
    ]
    return wr.Report(
        entity=entity,
        project=project,
        title=f"{_NAME}: results",
        description="Mask propagation for video segmentation",
        blocks=blocks,
        width="fluid",
    )


def specification(page: ws.Workspace | wr.Report) -> dict[str, Any]:
    """Return what would be sent to W&B, as plain values of JSON."""
    model = page._to_model()  # the packages' own `save` sends this; it has no public name
    return model.model_dump(mode="json", by_alias=True, exclude_none=True)


def _validation() -> list[Any]:  # of the package's panels, which have no public parent
    curves = [_line(f"val/{score}") for score in ("mIoU", "WIoU", "mVC8", "mVC16")]
    return [
        *curves,
        wr.ScatterPlot(title="Best mIoU by interval", x=wr.Config("interval"), y=wr.SummaryMetric(_BEST)),
        wr.BarPlot(title="Best mIoU by backbone", metrics=[_BEST], groupby=wr.Config("backbone"), orientation="h"),
        wr.ParallelCoordinatesPlot(
            title="Best mIoU by configuration",
            columns=[
                *(wr.ParallelCoordinatesPlotColumn(wr.Config(name), display_name=name) for name in (*_GROUPS, "flow")),
                wr.ParallelCoordinatesPlotColumn(wr.SummaryMetric(_BEST), display_name="best mIoU"),
            ],
        ),
    ]


def _pictures() -> list[Any]:
    return [
        wr.MediaBrowser(title=title, media_keys=[f"val/{key}"], num_columns=4)
        for key, title in (
            ("pictures", "Frames with truth, prediction and errors"),
            ("flow", "Flow to the key frame"),
            ("video", "Propagated masks"),
        )
    ]


def _losses() -> list[Any]:
    frames = ("key", "propagated")
    terms = [
        _line(*(f"train/{frame}_{term}" for frame in frames), title=f"{term} loss")
        for term in ("class", "mask", "dice")
    ]
    return [_line("train/loss", title="loss, weighted sum"), *terms]


def _optimization() -> list[Any]:
    return [
        wr.LinePlot(title="learning rates", x=STEP, metric_regex="lr/.*"),
        _line("train/gradient_norm", title="gradient norm, before clipping", log_y=True),
    ]


def _speed() -> list[Any]:
    return [
        _line("train/pairs_per_second", title="pairs a second"),
        _line(*(f"train/{part}_share" for part in PARTS), title="shares of a step's time", range_y=(0, 1)),
    ]


def _flow_pretraining() -> list[Any]:
    return [_line("val/EPE", "val/zero_EPE", title="end-point error, pixels; of zero flow beside it")]


def _line(*metrics: str, title: str | None = None, **options: Any) -> wr.LinePlot:  # LinePlot's own
    return wr.LinePlot(title=title or metrics[0], x=STEP, y=list(metrics), **options)


def _grid(panels: list[Any]) -> wr.PanelGrid:
    # Without entity and project, the runs are those of the report's own project, and no look-up is needed.
    runs = wr.Runset(name="all runs", groupby=[f"config.{name}" for name in _GROUPS])
    return wr.PanelGrid(runsets=[runs], panels=panels)
