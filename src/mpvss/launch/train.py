"""Train, validating on the way."""

from typing import Any

import lightning
import wandb
from omegaconf import DictConfig

from mpvss.building import build_datamodule, build_model, build_trainer, find_resumed, plain
from mpvss.callbacks import RunRecord


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
