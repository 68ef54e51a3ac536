"""Time how training pairs are made, beside a training step on them."""

import logging

import lightning
import torch
from omegaconf import DictConfig

from mpvss.benchmark import (
    Timing,
    environment,
    loading_table,
    measure_loading,
    measure_stages,
    stage_table,
    write_report,
)
from mpvss.building import build_datamodule
from mpvss.launch.device import choose_device
from mpvss.launch.training_steps import RepeatedBatch, num_steps, time_steps
from mpvss.table import Table

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
    steps = time_steps(cfg, RepeatedBatch(next(iter(loader)), num_steps(cfg)), None, device)
    step = Timing.of([step.seconds - step.data_wait for step in steps])
    tables = [loading_table(loadings, step), stage_table(stages)]
    write_report(cfg.paths.output, tables, environment(device))
    return tables
