"""What the scripts run: train, evaluate, predict, the demo that does all three, and the benchmark."""

import functools
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lightning
import torch
import wandb
from hydra.core.hydra_config import HydraConfig
from hydra.errors import InstantiationException
from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf

from mpvss.benchmark import (
    Setting,
    Table,
    check_paper_table,
    cost_table,
    environment,
    measure,
    paper_table,
    peer_table,
    speed_table,
    write_report,
)
from mpvss.building import build_datamodule, build_model, build_trainer, find_resumed, find_trained, plain
from mpvss.callbacks import RunRecord
from mpvss.comparison import Method, MethodScore, compare
from mpvss.data import default_colours
from mpvss.flow import CopyFlow
from mpvss.inference import PredictReport, VideoSegmenter, predict_video, write_contact_sheet, write_overlay_video
from mpvss.propagation import MaskPropagation
from mpvss.types import ClassList

log = logging.getLogger(__name__)


def train(cfg: DictConfig) -> Any:
    """Train, validating on the way; resume where ``ckpt_path`` names a checkpoint.

    Returns:
        The trained LightningModule.
    """
    lightning.seed_everything(cfg.seed, workers=True)
    datamodule = build_datamodule(cfg)
    datamodule.setup("fit")  # missing data is reported before weights are fetched
    module = build_model(cfg, "module", find_resumed(cfg))
    trainer = build_trainer(cfg, [RunRecord(plain(cfg, resolve=False), datamodule.classes)])
    try:
        trainer.fit(module, datamodule=datamodule, ckpt_path=cfg.ckpt_path, weights_only=True)
    finally:
        wandb.finish()  # the next job of a sweep starts a run of its own
    return module


def evaluate(cfg: DictConfig) -> dict[str, float]:
    """Score a trained model on the validation split.

    Returns:
        The scores by name, in percent.
    """
    lightning.seed_everything(cfg.seed, workers=True)
    cfg, checkpoint, classes = find_trained(cfg)
    datamodule = build_datamodule(cfg)
    num_classes = len(datamodule.classes.names)
    trained_classes = checkpoint.architecture.num_classes
    if trained_classes not in (None, num_classes):
        names = "" if classes is None else f" ({', '.join(classes.names[:5])}, ...)"
        raise ValueError(
            f"{checkpoint.source} predicts {trained_classes} classes{names}, but the data has {num_classes}. "
            "Evaluate on the data set that the model was trained for."
        )
    module = build_model(cfg, "module", None if cfg.segmentor.weights else checkpoint)
    trainer = build_trainer(cfg, [])
    try:
        return dict(trainer.validate(module, datamodule=datamodule)[0])
    finally:
        wandb.finish()


def predict(cfg: DictConfig) -> PredictReport:
    """Segment a video with a trained model.

    Returns:
        Frames read and written, and what of the source was lost.
    """
    cfg, checkpoint, classes = find_trained(cfg)
    keyframes = instantiate(cfg.keyframes)
    propagation = build_model(cfg, "propagation", None if cfg.segmentor.weights else checkpoint)
    segmenter = VideoSegmenter(propagation.to(_device(cfg.device)).eval(), keyframes)
    return predict_video(segmenter, cfg.video, cfg.output, classes or _numbered_classes(cfg.data.num_classes))


def demonstrate(cfg: DictConfig) -> list[MethodScore]:
    """Train, then compare per-frame, copied and propagated masks of that one model, and write pictures.

    Returns:
        One score per method.
    """
    module = train(cfg).eval()
    datamodule = build_datamodule(cfg)
    segmentor = module.propagation.segmentor
    methods = [
        Method("per frame", module.propagation, 1),
        Method("copy", MaskPropagation(segmentor, CopyFlow()).eval(), cfg.interval),
        Method("query flow", module.propagation, cfg.interval),
    ]
    scores = [compare(method, datamodule.val_dataloader(), module.metrics) for method in methods]
    segmenter = VideoSegmenter(module.propagation, instantiate(cfg.keyframes))
    folder, source = Path(cfg.paths.output), datamodule.val_videos
    write_overlay_video(segmenter, source, list(range(len(source))), folder / "overlay.mp4")
    write_contact_sheet(segmenter, source, 0, 2 * cfg.interval, folder / "contact_sheet.png")
    return scores


def benchmark(cfg: DictConfig) -> list[Table]:
    """Count and time configurations, with random weights and frames, and store the tables in the run's folder.

    Returns:
        Costs, speed, and comparisons with transformers and with the paper, as far as asked for.

    Raises:
        ValueError: if the number of classes is unknown, or a comparison is not possible.
    """
    torch.manual_seed(cfg.seed)
    torch.set_num_threads(cfg.threads or torch.get_num_threads())
    device, what = _device(cfg.device), {*cfg.measure, *([cfg.peer] if cfg.peer else [])}
    backbones = cfg.backbones or {HydraConfig.get().runtime.choices["backbone"]: cfg.backbone}
    cases = [(frames, name) for frames in cfg.frames for name in backbones]
    settings = [
        Setting(name, frames.data, frames.num_classes, (frames.height, frames.width), cfg.interval)
        for frames, name in cases
    ]
    for setting in settings:
        if setting.num_classes is None:
            raise ValueError(f"data={setting.data} does not say its number of classes unread. Set num_classes=K.")
    if cfg.table:
        check_paper_table(str(cfg.table), settings, what)
    log.info("%(device)s, %(cpu_threads)d CPU threads, PyTorch %(torch)s", environment(device))
    measurements = []
    for setting in settings:
        case = cfg.copy()
        OmegaConf.set_struct(case, False)
        case.num_classes = setting.num_classes
        case.backbone = {**backbones[setting.backbone], "pretrained": False}
        build = functools.partial(build_model, case, "propagation")
        measurements.append(measure(build, setting, what, device, cfg.repeats, cfg.warmup))
    tables = [cost_table(measurements), speed_table(measurements), peer_table(measurements)]
    if cfg.table:
        tables.append(paper_table(str(cfg.table), measurements))
    tables = [table for table in tables if table.rows]
    write_report(cfg.paths.output, tables, environment(device))
    return tables


def report_errors(job: Callable[[DictConfig], Any]) -> Callable[[DictConfig], Any]:
    """Turn the errors that tell a user what to do into one message and exit status 1, without a traceback.

    ``HYDRA_FULL_ERROR=1`` keeps the traceback.
    """

    @functools.wraps(job)
    def reporting(cfg: DictConfig) -> Any:  # what the job returns
        try:
            return job(cfg)
        except (ValueError, FileNotFoundError, InstantiationException) as error:
            cause = error.__cause__ if isinstance(error, InstantiationException) else error
            if os.environ.get("HYDRA_FULL_ERROR") or not isinstance(cause, ValueError | FileNotFoundError):
                raise
            sys.stderr.write(f"error: {_message(cause)}\n")
            sys.exit(1)

    return reporting


def _message(error: ValueError | FileNotFoundError) -> str:
    """The error's own words, without the traceback of the data loader's process that it may come from."""
    return str(error).rpartition(f"\n{type(error).__name__}: ")[2].rstrip()


def _numbered_classes(num_classes: int) -> ClassList:
    return ClassList(tuple(f"class {index}" for index in range(num_classes)), default_colours(num_classes))


def _device(name: str) -> torch.device:
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device(name)
