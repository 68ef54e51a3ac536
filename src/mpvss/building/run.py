"""What surrounds the model of a run: its data and its Trainer."""

from typing import Any

import lightning
from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf

from mpvss.building.composition import copied
from mpvss.data import VideoDataModule
from mpvss.training.checkpoint_io import AtomicCheckpointIO
from mpvss.training.loggers import build_loggers


def build_datamodule(cfg: DictConfig) -> VideoDataModule:
    """Build the data, and tell the configuration how many classes it has where it did not know."""
    datamodule: VideoDataModule = instantiate(copied(cfg).data.datamodule)
    if cfg.data.num_classes is None:  # a folder of clips knows its classes itself
        OmegaConf.update(cfg, "data.num_classes", len(datamodule.classes.names))
    return datamodule


def build_trainer(cfg: DictConfig, callbacks: list[lightning.Callback]) -> lightning.Trainer:
    """Build the Trainer with the configured loggers and callbacks, and some more callbacks."""
    callbacks = [*callbacks, *instantiate(cfg.callbacks).values()]
    trainer: Any = instantiate(
        cfg.trainer, callbacks=callbacks, logger=build_loggers(cfg), plugins=[AtomicCheckpointIO()]
    )
    return trainer
