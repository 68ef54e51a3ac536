"""Time how training pairs are made, beside a training step on them."""

import logging
from time import perf_counter
from typing import Any

import lightning
import torch
from hydra.utils import instantiate
from omegaconf import DictConfig
from torch.utils.data import DataLoader

from mpvss.benchmark import (
    Timing,
    environment,
    loading_table,
    measure_loading,
    measure_stages,
    stage_table,
    write_report,
)
from mpvss.building import build_datamodule, build_model
from mpvss.launch.device import choose_device
from mpvss.table import Table
from mpvss.types import FramePair

log = logging.getLogger(__name__)


def benchmark_data(cfg: DictConfig) -> list[Table]:
    """Time the training pairs of the configured data by number of workers and by stage, and a step of the model.

    The tables are stored in the run's folder.

    Returns:
        Pairs and frames a second by number of workers, with the bottleneck, and milliseconds by stage.

    Raises:
        FileNotFoundError: if the data are missing.
        ValueError: if they cannot be trained on, or there is nothing to time.
    """
    lightning.seed_everything(cfg.seed)
    torch.set_num_threads(cfg.threads or torch.get_num_threads())
    if not cfg.workers:
        raise ValueError("workers must list at least one number of processes that read ahead, such as [0,1,2,4].")
    device = choose_device(cfg.device)
    datamodule = build_datamodule(cfg)
    datamodule.setup("fit")
    datamodule.num_workers = 0
    loader = datamodule.train_dataloader()
    log.info("timing the stages of a pair")
    stages = measure_stages(loader, cfg.repeats * loader.batch_size)
    loadings = []
    for workers in cfg.workers:
        log.info("timing batches with %d workers", workers)
        loadings.append(measure_loading(loader, workers, cfg.repeats, cfg.warmup))
    log.info("timing training steps")
    step = _time_steps(cfg, next(iter(loader)), device)
    tables = [loading_table(loadings, step), stage_table(stages)]
    write_report(cfg.paths.output, tables, environment(device))
    return tables


class _StepTimer(lightning.Callback):
    """Notes the seconds of every training step, the device waited for."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def on_train_batch_start(self, trainer: Any, module: lightning.LightningModule, *_: Any) -> None:
        self._begin = _now(module.device)

    def on_train_batch_end(self, trainer: Any, module: lightning.LightningModule, *_: Any) -> None:
        self.seconds.append(_now(module.device) - self._begin)


def _time_steps(cfg: DictConfig, batch: FramePair, device: torch.device) -> Timing:
    """Train for a few steps on one batch, as configured but for what is logged and stored."""
    timer = _StepTimer()
    num_steps = cfg.warmup + cfg.repeats
    trainer = instantiate(
        cfg.trainer,
        accelerator="gpu" if device.type == "cuda" else device.type,
        max_steps=num_steps,
        limit_val_batches=0,
        callbacks=[timer],
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )
    batches: DataLoader[FramePair] = DataLoader([batch] * num_steps, batch_size=None)  # type: ignore[arg-type]  # map-style
    trainer.fit(build_model(cfg, "module"), train_dataloaders=batches)
    return Timing.of(timer.seconds[cfg.warmup :])


def _now(device: torch.device) -> float:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return perf_counter()
