"""From a composed configuration to a run: build the parts, train, evaluate, predict."""

import functools
import logging
import os
import sys
from collections.abc import Callable
from typing import Any

import lightning
import torch
import wandb
from hydra.core.hydra_config import HydraConfig
from hydra.errors import InstantiationException
from hydra.utils import instantiate
from lightning.pytorch.loggers import Logger, WandbLogger
from omegaconf import DictConfig, OmegaConf

from mpvss.callbacks import RunRecord
from mpvss.checkpoint import MODEL_GROUPS, Checkpoint, load_model, read_checkpoint
from mpvss.inference import PredictReport, VideoSegmenter, predict_video

log = logging.getLogger(__name__)


def train(cfg: DictConfig) -> dict[str, float]:
    """Train, validating on the way; resume where ``ckpt_path`` names a checkpoint.

    Returns:
        The last validation's scores.
    """
    lightning.seed_everything(cfg.seed, workers=True)
    datamodule = _datamodule(cfg)
    datamodule.setup("fit")  # missing data is reported before weights are fetched
    module = instantiate(cfg.module)
    record = RunRecord(_plain(cfg, resolve=False), datamodule.classes)
    trainer = _trainer(cfg, [record])
    try:
        trainer.fit(module, datamodule=datamodule, ckpt_path=cfg.ckpt_path, weights_only=True)
        return {name: value.item() for name, value in trainer.callback_metrics.items() if name.startswith("val/")}
    finally:
        wandb.finish()  # the next job of a sweep starts a run of its own


def evaluate(cfg: DictConfig) -> dict[str, float]:
    """Score a checkpoint on the validation split.

    Returns:
        The scores by name, in percent.
    """
    lightning.seed_everything(cfg.seed, workers=True)
    checkpoint = read_checkpoint(cfg.ckpt_path)
    cfg = _as_trained(cfg, checkpoint)
    datamodule = _datamodule(cfg)
    _check_classes(len(datamodule.classes.names), checkpoint)
    module = instantiate(cfg.module)
    load_model(module.propagation, checkpoint, _plain(cfg, resolve=False), prefix="propagation.")
    trainer = _trainer(cfg, [])
    try:
        return dict(trainer.validate(module, datamodule=datamodule)[0])
    finally:
        wandb.finish()


def predict(cfg: DictConfig) -> PredictReport:
    """Segment a video with a checkpoint.

    Returns:
        Frames read and written, and what of the source was lost.
    """
    checkpoint = read_checkpoint(cfg.ckpt_path)
    cfg = _as_trained(cfg, checkpoint)
    keyframes = instantiate(cfg.keyframes)
    propagation = instantiate(cfg.propagation)
    load_model(propagation, checkpoint, _plain(cfg, resolve=False), prefix="propagation.")
    segmenter = VideoSegmenter(propagation.to(_device(cfg.device)).eval(), keyframes)
    return predict_video(segmenter, cfg.video, cfg.output, checkpoint.classes)


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


def _datamodule(cfg: DictConfig) -> Any:  # a VideoDataModule; Hydra's instantiate is untyped
    datamodule = instantiate(cfg.data.datamodule)
    num_classes = len(datamodule.classes.names)
    if cfg.data.num_classes is None:  # a folder of clips knows its classes itself
        OmegaConf.update(cfg, "data.num_classes", num_classes)
    return datamodule


def _trainer(cfg: DictConfig, callbacks: list[lightning.Callback]) -> lightning.Trainer:
    callbacks = [*callbacks, *instantiate(cfg.callbacks).values()]
    return instantiate(cfg.trainer, callbacks=callbacks, logger=_loggers(cfg))


def _loggers(cfg: DictConfig) -> list[Logger]:
    if "wandb" in cfg.logger and "WANDB_MODE" not in os.environ and not wandb.login(prompt=False):
        log.info("No W&B account on this machine: logging offline. To go online, run `wandb login` once.")
        OmegaConf.update(cfg, "logger.wandb.offline", True, force_add=True)
    loggers = list(instantiate(cfg.logger).values())
    for logger in loggers:
        if isinstance(logger, WandbLogger):
            logger.log_hyperparams(_columns(cfg))
    return loggers


def _columns(cfg: DictConfig) -> dict[str, Any]:
    """The configuration for a dashboard: the chosen options as columns, everything else below `config`."""
    choices = HydraConfig.get().runtime.choices
    names = ("backbone", "data", "flow", "propagation", "recipe")
    return {name: choices[name] for name in names} | {
        "interval": cfg.interval,
        "seed": cfg.seed,
        "config": _plain(cfg, resolve=True),
    }


def _as_trained(cfg: DictConfig, checkpoint: Checkpoint) -> DictConfig:
    """Take model and data from the checkpoint, except where the command line chose an option or set a key."""
    overrides = [override.lstrip("+~").split("=")[0] for override in HydraConfig.get().overrides.task]
    trained = OmegaConf.create(checkpoint.config)
    OmegaConf.set_struct(cfg, False)
    for group in (*MODEL_GROUPS, "data"):
        if group in overrides:
            continue
        set_keys = {key: OmegaConf.select(cfg, key) for key in overrides if key.startswith(f"{group}.")}
        cfg[group] = trained[group]
        for key, value in set_keys.items():
            OmegaConf.update(cfg, key, value)
    if "pretrained" in cfg.backbone:  # the checkpoint has the weights
        cfg.backbone.pretrained, cfg.backbone.weights = False, None
    return cfg


def _check_classes(num_classes: int, checkpoint: Checkpoint) -> None:
    trained = len(checkpoint.classes.names)
    if num_classes != trained:
        raise ValueError(
            f"{checkpoint.path} predicts {trained} classes ({', '.join(checkpoint.classes.names[:5])}, ...), but the "
            f"data has {num_classes}. Evaluate on the data set that the model was trained for."
        )


def _plain(cfg: DictConfig, resolve: bool) -> dict[str, Any]:
    return OmegaConf.to_container(cfg, resolve=resolve)  # type: ignore[return-value]  # a DictConfig gives a dict


def _device(name: str) -> torch.device:
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device(name)
