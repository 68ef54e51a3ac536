"""What surrounds the model of a run: its data and its Trainer."""

import inspect
from functools import partial
from typing import Any

import lightning
from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf

from mpvss.building.composition import copied
from mpvss.data.datamodule import PairDataModule
from mpvss.data.loading.scored import ScoredData
from mpvss.training.checkpoint_io import AtomicCheckpointIO
from mpvss.training.loggers import build_loggers


def build_datamodule(cfg: DictConfig) -> PairDataModule:
    """Build the data, and tell the configuration how many classes it has where it did not know.

    What is scored is opened now; what is trained on, when it is needed.
    """
    data = copied(cfg).data
    parts = data.datamodule
    datamodule = PairDataModule(
        train=None if parts.train is None else partial(instantiate, parts.train),
        val=instantiate(parts.val),
        batch_size=data.batch_size,
        num_workers=data.num_workers,
        num_classes=data.num_classes,
    )
    if data.num_classes is None and datamodule.classes is not None:  # a folder of clips knows its classes itself
        OmegaConf.update(cfg, "data.num_classes", len(datamodule.classes.names))
    return datamodule


def scores_flow(cfg: DictConfig) -> bool:
    """Tell whether the data are pairs to score flow on, which have no labels; nothing is opened."""
    scored: type[ScoredData] = class_of(cfg.data.datamodule.val)
    return scored.scores_flow


def class_of(node: DictConfig) -> Any:
    """Return the class that a node would instantiate, by its constructor or a class method; untyped, as Hydra is."""
    make = instantiate(node, _partial_=True, _recursive_=False).func
    return make.__self__ if inspect.ismethod(make) else make


def build_trainer(cfg: DictConfig, callbacks: list[lightning.Callback]) -> lightning.Trainer:
    """Build the Trainer with the configured loggers and callbacks, and some more callbacks."""
    callbacks = [*callbacks, *instantiate(cfg.callbacks).values()]
    trainer: lightning.Trainer = instantiate(
        cfg.trainer, callbacks=callbacks, logger=build_loggers(cfg), plugins=[AtomicCheckpointIO()]
    )
    return trainer
