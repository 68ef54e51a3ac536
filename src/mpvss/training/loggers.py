"""Where a run's curves go: the configured loggers, with what W&B needs to compare runs."""

import csv
import logging
import os
from pathlib import Path
from typing import Any

import torch
import wandb
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from hydra.utils import instantiate
from lightning.pytorch.loggers import CSVLogger, Logger, WandbLogger
from lightning.pytorch.utilities.rank_zero import rank_zero_only
from omegaconf import DictConfig, OmegaConf

log = logging.getLogger(__name__)

STEP = "trainer/global_step"
"""The horizontal axis of every curve at W&B: optimizer steps."""

_BEST = {"val/mIoU": "max", "val/WIoU": "max", "val/EPE": "min"}
"""Curves whose best value W&B keeps beside the last, such as ``val/mIoU.max``."""

_COLUMNS = ("backbone", "data", "flow", "propagation", "recipe")
"""Groups whose chosen option is a column of W&B's table of runs, with `interval` and `seed`."""


def build_loggers(cfg: DictConfig) -> list[Logger]:
    """Instantiate the configured loggers, and tell W&B what the run is.

    The configuration becomes columns; the jobs of a sweep form a group named after the sweep's folder, unless
    ``logger.wandb.group`` says otherwise; W&B itself adds commit, command and versions.

    A run that goes on from a checkpoint in its own folder also goes on in its CSV and in its W&B run.

    Args:
        cfg: composed configuration of a run that Hydra started.

    Returns:
        The loggers; W&B's is offline on a machine without an account.
    """
    columns = _columns(cfg)
    folder = Path(cfg.paths.output)
    goes_on = cfg.ckpt_path is not None and Path(cfg.ckpt_path).absolute().is_relative_to(folder.absolute())
    if "wandb" in cfg.logger:
        _set_mode(cfg)
        _describe_job(cfg)
        if goes_on and (runs := [_time_and_id(run.name) for run in folder.glob("wandb/*run-*")]):
            settings = {"id": max(runs)[1], "resume": "allow"}
            OmegaConf.update(cfg, "logger.wandb", settings, force_add=True)
    loggers = list(instantiate(cfg.logger, _convert_="all").values())
    for logger in loggers:
        if isinstance(logger, CSVLogger) and goes_on:
            _keep_curves(logger, _step_of(cfg.ckpt_path))
        if isinstance(logger, WandbLogger):
            logger._wandb_init.pop("anonymous")  # which W&B warns of, even if it is None
            logger.log_hyperparams(columns)
            for name, best in _BEST.items():
                logger.experiment.define_metric(name, step_metric=STEP, step_sync=True, summary=f"{best},last")
    return loggers


def _set_mode(cfg: DictConfig) -> None:
    # The key is looked for, not verified, which would need the network.
    if "WANDB_MODE" not in os.environ and not wandb.login(prompt=False, verify=False):
        log.info("No W&B account on this machine: logging offline. To go online, run `wandb login` once.")
        os.environ.setdefault("WANDB_ERROR_REPORTING", "false")  # which calls home even when offline
        OmegaConf.update(cfg, "logger.wandb.mode", "offline", force_add=True)
        wandb.teardown()  # the session that looked for the key; the run's own sees what is set here


def _describe_job(cfg: DictConfig) -> None:
    hydra = HydraConfig.get()
    # Wherever it was started from, the commit is that of this code.
    OmegaConf.update(cfg, "logger.wandb.settings.git_root", str(Path(__file__).parent), force_add=True)
    OmegaConf.update(cfg, "logger.wandb.job_type", hydra.job.name, force_add=True)
    if hydra.mode == RunMode.MULTIRUN and cfg.logger.wandb.group is None:
        OmegaConf.update(cfg, "logger.wandb.group", Path(hydra.sweep.dir).name)


def _time_and_id(folder: str) -> tuple[str, str]:
    """Read when a run began, and its id, from the name that W&B gives its folder.

    Example:
        >>> _time_and_id("offline-run-20261231_235959-night-shift")
        ('20261231_235959', 'night-shift')
    """
    time, _, identifier = folder.partition("run-")[2].partition("-")
    return time, identifier


def _step_of(checkpoint: str) -> int:
    return int(torch.load(checkpoint, map_location="cpu", weights_only=True, mmap=True)["global_step"])


@rank_zero_only
def _keep_curves(logger: CSVLogger, step: int) -> None:
    """Begin the CSV with its rows up to a step; the logger would delete them. The old file stays beside it."""
    file = Path(logger.log_dir, "metrics.csv")
    if not file.is_file():
        return
    old = file.replace(file.with_name(f"metrics_until_step_{step}.csv"))
    with old.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if int(row["step"]) < step]
    logger.experiment.metrics.extend(rows)
    logger.experiment.save()


def _columns(cfg: DictConfig) -> dict[str, Any]:
    """The configuration for a dashboard: the chosen options as columns, everything else below `config`."""
    choices = HydraConfig.get().runtime.choices
    return {name: choices[name] for name in _COLUMNS} | {
        "interval": cfg.interval,
        "seed": cfg.seed,
        "config": OmegaConf.to_container(cfg, resolve=True),
    }
