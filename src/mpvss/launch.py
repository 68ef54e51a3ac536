"""What the scripts run: train, evaluate, predict, and the demo that does all three."""

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
from hydra.errors import InstantiationException
from hydra.utils import instantiate
from omegaconf import DictConfig

from mpvss.building import build_datamodule, build_model, build_trainer, find_trained, plain
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
    module = build_model(cfg, "module")
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
        Method("copy", MaskPropagation(segmentor, CopyFlow()), cfg.interval),
        Method("query flow", module.propagation, cfg.interval),
    ]
    scores = [compare(method, datamodule.val_dataloader(), module.metrics) for method in methods]
    segmenter = VideoSegmenter(module.propagation, instantiate(cfg.keyframes))
    folder, source = Path(cfg.paths.output), datamodule.val_videos
    write_overlay_video(segmenter, source, list(range(len(source))), folder / "overlay.mp4")
    write_contact_sheet(segmenter, source, 0, 2 * cfg.interval, folder / "contact_sheet.png")
    return scores


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
            sys.stderr.write(f"error: {cause}\n")
            sys.exit(1)

    return reporting


def _numbered_classes(num_classes: int) -> ClassList:
    return ClassList(tuple(f"class {index}" for index in range(num_classes)), default_colours(num_classes))


def _device(name: str) -> torch.device:
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device(name)
