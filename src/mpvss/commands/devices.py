"""Where a run computes."""

import os

import torch
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig

from mpvss.building.model import find_device


def choose_device(name: str) -> torch.device:
    """Return the device called `name`; ``auto`` is the GPU if there is one.

    Raises:
        ValueError: if there is no such device here.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    return find_device(name)


def num_cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0))


def assign_gpu(cfg: DictConfig) -> None:
    """Give the jobs that joblib runs side by side the machine's GPUs in turn, where each takes one device.

    Args:
        cfg: composed configuration of a job; its ``trainer.devices`` is set.
    """
    hydra, num_gpus = HydraConfig.get(), torch.cuda.device_count()
    beside_others = hydra.mode == RunMode.MULTIRUN and str(hydra.launcher.get("_target_", "")).endswith(
        "JoblibLauncher"
    )
    if beside_others and num_gpus > 1 and cfg.trainer.devices == 1 and cfg.trainer.accelerator in ("auto", "gpu"):
        cfg.trainer.devices = [hydra.job.num % num_gpus]
