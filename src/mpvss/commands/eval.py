"""Score models, or stored label maps, and record what came of it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import lightning
import torch
from hydra.utils import instantiate
from omegaconf import DictConfig
from rich.console import Console

from mpvss.building.composition import plain
from mpvss.building.run import build_datamodule, scores_flow
from mpvss.commands.arguments import command_as_typed
from mpvss.commands.eval_flow import evaluate_flow
from mpvss.commands.eval_methods import PlannedMethod, build_methods, plan_methods
from mpvss.commands.processes import in_processes
from mpvss.data import CHUNK_LENGTH, LabelledPairs, SparselyLabelled, VideoSource
from mpvss.data.datamodule import PairDataModule
from mpvss.data.loading.samplers import share_videos
from mpvss.evaluation import (
    EvaluationProgress,
    Method,
    MethodRun,
    PredictionWriter,
    append_rows,
    check_table,
    count_frame_costs,
    evaluate_pairs,
    evaluate_videos,
    method_result,
    predictions_result,
    score_predictions,
    score_table,
    scored_frames,
    share_segmentors,
)
from mpvss.evaluation.record import MethodResult, ResultRecord, write_record
from mpvss.metrics import FrameCounts, VideoMetrics
from mpvss.output import code_version, environment
from mpvss.output.table import render
from mpvss.propagation import FixedInterval, PerFrame, fixed_interval
from mpvss.training.compile import compile_parts
from mpvss.types import KeyFrameSchedule


def main(cfg: DictConfig) -> None:
    """Evaluate the composed configuration and print its scores."""
    console = Console(width=max(120, Console().width))  # a narrow terminal breaks lines, which beats cut numbers
    if scores_flow(cfg):
        console.print(render(evaluate_flow(cfg)))
        return
    record = evaluate(cfg)
    if record is not None:
        console.print(render(score_table(record)))
        console.print(f"Record: {cfg.paths.output}/results.json; table: {cfg.table}", soft_wrap=True)


@in_processes
def evaluate(cfg: DictConfig) -> ResultRecord | None:
    """Score models, or stored label maps, on the validation split; write ``results.json`` and append to the table.

    Returns:
        The record; None in processes other than the first.
    """
    check_table(cfg.table)
    lightning.seed_everything(cfg.seed, workers=True)
    return _evaluate_models(cfg) if cfg.predictions is None else _evaluate_predictions(cfg)


def _evaluate_models(cfg: DictConfig) -> ResultRecord | None:
    fabric = _launch_fabric(cfg)
    intervals = list(dict.fromkeys([cfg.interval] if cfg.intervals is None else cfg.intervals))
    planned = plan_methods(cfg, max(intervals))
    datamodule = _datamodule(planned[0].config)
    source = datamodule.val_videos
    for plan in planned:
        _check_classes(plan, source)
        plan.config.data.num_classes = len(source.classes.names)
    cfg = planned[0].config
    methods = build_methods(cfg, planned, fabric.device)
    frame = source.read(0, 0)[0][None].to(fabric.device)
    costs = {method.name: count_frame_costs(method.propagator, frame) for method in methods}
    runs = _method_runs(cfg, methods, intervals, source, fabric.device)
    if len(runs) > 1 and planned[0].trained is not None:
        share_segmentors(methods)
    if cfg.compile:
        for method in methods:
            compile_parts(method.propagator)
    setting = _setting(cfg, methods, intervals, fabric.world_size)
    progress = EvaluationProgress(cfg.paths.output, setting, cfg.save_every, fabric.global_rank)
    with progress, fabric.autocast():
        if cfg.resume is not None:
            progress.resume(cfg.resume, runs)
        _run(fabric, runs, datamodule, progress)
        results = [
            method_result(run, source.classes, costs[run.method.name], _counts(fabric, run), _rate(fabric, run))
            for run in runs
        ]
        return _record(cfg, source, results, fabric.device, fabric.world_size) if fabric.is_global_zero else None


def _evaluate_predictions(cfg: DictConfig) -> ResultRecord:
    source = _datamodule(cfg).val_videos
    metrics: VideoMetrics = instantiate(cfg.metrics)
    score_predictions(cfg.predictions, source, metrics)
    name = Path(cfg.predictions).absolute().name
    results = [predictions_result(name, instantiate(cfg.keyframes), metrics, source.classes)]
    return _record(cfg, source, results, torch.device("cpu"), 1)


def _launch_fabric(cfg: DictConfig) -> lightning.Fabric:
    fabric = lightning.Fabric(
        accelerator=cfg.trainer.accelerator,
        devices=cfg.trainer.devices,
        strategy=cfg.trainer.strategy,
        num_nodes=cfg.trainer.num_nodes,
        precision=cfg.trainer.precision,
    )
    fabric.launch()
    return fabric


def _datamodule(cfg: DictConfig) -> PairDataModule:
    datamodule = build_datamodule(cfg)
    if datamodule.scores_flow:
        raise ValueError(f"data={cfg.data.name} has no labelled videos to score segmentation on. Choose other data.")
    return datamodule


def _check_classes(plan: PlannedMethod, source: VideoSource) -> None:
    num_classes = len(source.classes.names)
    if plan.trained is None:
        return
    checkpoint, classes = plan.trained.checkpoint, plan.trained.classes
    if checkpoint.architecture.num_classes not in (None, num_classes):
        names = "" if classes is None else f" ({', '.join(classes.names[:5])}, ...)"
        raise ValueError(
            f"{checkpoint.source} predicts {checkpoint.architecture.num_classes} classes{names}, but the data has "
            f"{num_classes}. Evaluate on the data set that the model was trained for."
        )


def _method_runs(
    cfg: DictConfig, methods: list[Method], intervals: list[int], source: VideoSource, device: torch.device
) -> list[MethodRun]:
    pairs = [(method, schedule) for method in methods for schedule in _schedules(cfg, method, intervals)]
    folder = _empty_folder(cfg)
    runs = []
    for method, schedule in pairs:
        metrics, name = instantiate(cfg.metrics), method.name
        if isinstance(schedule, FixedInterval):
            metrics = instantiate(cfg.metrics, interval=schedule.interval)
            name += f"-interval{schedule.interval}"
        below = "" if len(pairs) == 1 else name
        writer = None if folder is None else PredictionWriter(folder / below, source)
        runs.append(MethodRun(method, schedule, metrics.to(device), writer))
    return runs


def _schedules(cfg: DictConfig, method: Method, intervals: list[int]) -> list[KeyFrameSchedule]:
    """Build what decides on a method's key frames: one schedule for each interval, or one without."""
    if isinstance(method.propagator, PerFrame):
        return [FixedInterval(1)]
    schedules = [instantiate(_with(cfg, interval=interval).keyframes) for interval in intervals]
    if cfg.intervals is not None:
        for schedule in schedules:
            fixed_interval(schedule, "intervals")
    return schedules


def _empty_folder(cfg: DictConfig) -> Path | None:
    """Where predictions go; what an interrupted run has left there may stay."""
    if cfg.predictions_to is None:
        return None
    folder = Path(cfg.predictions_to)
    if cfg.resume is None and folder.exists() and any(folder.iterdir()):
        raise ValueError(f"predictions_to must be a new or empty folder; {folder} holds something. Name another.")
    return folder


def _setting(cfg: DictConfig, methods: list[Method], intervals: list[int], world_size: int) -> dict[str, str]:
    """What the scores depend on, by name."""
    groups = plain(cfg, resolve=True)
    setting = {
        "intervals": str(intervals),
        "processes": str(world_size),
        "trainer.precision": str(cfg.trainer.precision),
    }
    for name in ("data", "metrics", "keyframes"):
        setting |= _flat(groups[name], name)
    for method in methods:
        known = (method.flow, method.propagation, method.checkpoint_sha256 or method.checkpoint)
        setting[f"methods.{method.name}"] = ", ".join(map(str, known))
    return setting


def _flat(node: Any, name: str) -> dict[str, str]:  # what a configuration holds
    """Name each value by its dotted key."""
    if not isinstance(node, dict):
        return {name: str(node)}
    return {key: value for part, below in node.items() for key, value in _flat(below, f"{name}.{part}").items()}


def _run(
    fabric: lightning.Fabric, runs: list[MethodRun], datamodule: PairDataModule, progress: EvaluationProgress
) -> None:
    """Let each process see its share of the data."""
    source, num_workers = datamodule.val_videos, datamodule.num_workers
    device, shown = fabric.device, fabric.is_global_zero
    rank, world_size = fabric.global_rank, fabric.world_size
    if isinstance(source, SparselyLabelled):
        pairs = LabelledPairs(source, max(run.interval for run in runs))
        targets = range(rank, len(pairs.batches()), world_size)
        evaluate_pairs(runs, pairs, targets, progress, device, num_workers, show_bar=shown)
    else:
        videos = share_videos([source.num_frames(video) for video in range(len(source))], world_size)[rank]
        evaluate_videos(runs, source, videos, progress, device, CHUNK_LENGTH, num_workers, show_bar=shown)


def _rate(fabric: lightning.Fabric, run: MethodRun) -> float | None:
    """Frames per second of a device."""
    num_frames, seconds = _sums(fabric, run.num_frames, run.seconds)
    return num_frames / seconds if seconds else None


def _counts(fabric: lightning.Fabric, run: MethodRun) -> FrameCounts:
    """The frames of all processes."""
    return FrameCounts(*map(int, _sums(fabric, *run.counts)))


def _sums(fabric: lightning.Fabric, *numbers: float) -> list[float]:
    """Sum each number over processes."""
    total = fabric.all_reduce(torch.tensor(numbers, dtype=torch.float64, device=fabric.device), reduce_op="sum")
    assert isinstance(total, torch.Tensor)  # as it was given
    sums: list[float] = total.tolist()
    return sums


def _record(
    cfg: DictConfig, source: VideoSource, results: list[MethodResult], device: torch.device, world_size: int
) -> ResultRecord:
    """Store an evaluation in the run's folder and in the table."""
    record = ResultRecord(
        data=cfg.data.name,
        split=cfg.data.get("val_split", "val"),
        num_videos=len(source),
        num_frames=len(scored_frames(source)),
        seed=cfg.seed,
        created=datetime.now(UTC).astimezone().isoformat(timespec="seconds"),
        command=command_as_typed(),
        code_version=code_version(),
        environment=environment(device, world_size),
        config=plain(cfg, resolve=True),
        results=tuple(results),
    )
    write_record(record, cfg.paths.output)
    append_rows(cfg.table, record, cfg.paths.output)
    return record


def _with(cfg: DictConfig, interval: int) -> DictConfig:
    cfg = cfg.copy()
    cfg.interval = interval
    return cfg
