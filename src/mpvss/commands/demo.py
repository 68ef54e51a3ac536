"""The demo: train, compare, write pictures."""

from pathlib import Path
from typing import Any

import torch
from hydra.utils import instantiate
from omegaconf import DictConfig
from rich.console import Console

from mpvss.building.run import build_datamodule
from mpvss.commands.train import fit
from mpvss.data.datamodule import PairDataModule
from mpvss.evaluation import EvaluationProgress, Method, MethodRun, count_frame_costs, evaluate_videos
from mpvss.figures import write_contact_sheet, write_overlay_video
from mpvss.flow import CopyFlow
from mpvss.inference import VideoSegmenter
from mpvss.output.table import Cell, Column, Table, render
from mpvss.propagation import FixedInterval, MaskPropagation, PerFrame, describe_schedule

_CHUNK = 10
_SCORES = ("mIoU", "WIoU", "mVC8", "mVC16")


def main(cfg: DictConfig) -> None:
    """Run the demo and print its table."""
    table = demonstrate(cfg)
    console = Console()
    console.print(render(table))
    console.print(f"Pictures: {cfg.paths.output}/overlay.mp4 and contact_sheet.png", soft_wrap=True)


def demonstrate(cfg: DictConfig) -> Table:
    """Train, then compare per-frame, copied and propagated masks of that one model, and write pictures.

    Returns:
        Scores, costs and speed, one row per method.
    """
    module = fit(cfg).cpu().eval()
    datamodule = build_datamodule(cfg)
    table = _compare(cfg, module.propagation, datamodule)
    segmenter = VideoSegmenter(module.propagation, instantiate(cfg.keyframes), with_flow=True)
    folder, source = Path(cfg.paths.output), datamodule.val_videos
    write_overlay_video(segmenter, source, list(range(len(source))), folder / "overlay.mp4")
    write_contact_sheet(segmenter, source, 0, 2 * cfg.interval, folder / "contact_sheet.png")
    return table


def _compare(cfg: DictConfig, propagation: Any, datamodule: PairDataModule) -> Table:  # what was trained
    source, segmentor = datamodule.val_videos, propagation.segmentor
    methods = [
        (Method("per frame", PerFrame(segmentor).eval()), FixedInterval(1)),
        (Method("copy", MaskPropagation(segmentor, CopyFlow()).eval()), instantiate(cfg.keyframes)),
        (Method("query flow", propagation), instantiate(cfg.keyframes)),
    ]
    runs = [MethodRun(method, schedule, instantiate(cfg.metrics)) for method, schedule in methods]
    with EvaluationProgress(cfg.paths.output, {}, every=60) as progress:
        evaluate_videos(runs, source, range(len(source)), progress, torch.device("cpu"), _CHUNK)
    columns = (
        Column("method", "method"),
        *(Column(name, name, ".1f") for name in _SCORES),
        Column("gmacs", "GMACs / frame", ".3f"),
        Column("frames_per_second", "frames / s", ".0f"),
    )
    frame = source.read(0, 0)[0][None]
    rows = [_row(run, frame) for run in runs]
    schedule = runs[-1].schedule
    spoken = f"interval {schedule.interval}" if isinstance(schedule, FixedInterval) else describe_schedule(schedule)
    return Table("demo", f"{cfg.data.name.capitalize()} video, {spoken}", columns, rows)


def _row(run: MethodRun, frame: torch.Tensor) -> dict[str, Cell]:
    scores = run.metrics.compute()
    costs = count_frame_costs(run.method.propagator, frame)
    return {
        "method": run.method.name,
        **{name: scores.get(name) for name in _SCORES},
        "gmacs": None if costs is None else costs.average(run.counts) / 1e9,
        "frames_per_second": run.num_frames / run.seconds,
    }
