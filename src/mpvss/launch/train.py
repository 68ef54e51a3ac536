"""Train, validating on the way."""

from typing import Any

import lightning
import wandb
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from mpvss.building import build_datamodule, build_model, build_trainer, find_resumed, plain
from mpvss.callbacks import EffectiveBatch, RunRecord, SynchronisedNorms
from mpvss.launch.compile_parts import compile_parts
from mpvss.launch.job_gpu import spread_over_gpus
from mpvss.launch.processes import in_processes


@in_processes
def train(cfg: DictConfig) -> float | None:
    """Train in as many processes as there are devices.

    Returns:
        The best score of a validation, by which a search can choose; None without one.
    """
    score = getattr(fit(cfg).trainer.checkpoint_callback, "best_model_score", None)
    return None if score is None else float(score)


def fit(cfg: DictConfig) -> Any:
    """Train in this process, validating on the way; resume where ``ckpt_path`` names a checkpoint.

    Returns:
        The trained LightningModule.
    """
    _check_start(cfg)
    spread_over_gpus(cfg)
    lightning.seed_everything(cfg.seed, workers=True)
    datamodule = build_datamodule(cfg)
    datamodule.setup("fit")  # missing data is reported before weights are fetched
    module = build_model(cfg, "module", find_resumed(cfg))
    if cfg.compile:
        compile_parts(module)
    record = RunRecord(plain(cfg, resolve=False), datamodule.classes)
    trainer = build_trainer(cfg, [record, EffectiveBatch(cfg.optim.effective_batch), SynchronisedNorms()])
    try:
        trainer.fit(module, datamodule=datamodule, ckpt_path=cfg.ckpt_path, weights_only=True)
    finally:
        wandb.finish()  # the next job of a sweep starts a run of its own
    return module


def _check_start(cfg: DictConfig) -> None:
    """Refuse to train around a frozen segmentor that nothing has trained before."""
    frozen = cfg.recipe.trained is not None and "segmentor" not in cfg.recipe.trained
    if frozen and not (cfg.segmentor.weights or cfg.weights or cfg.ckpt_path):
        recipe = HydraConfig.get().runtime.choices["recipe"]
        raise ValueError(
            f"recipe={recipe} trains around a frozen segmentor, so it needs a trained one: set segmentor.weights=FILE, "
            "a checkpoint of recipe=segmentor or another project's Mask2Former."
        )
