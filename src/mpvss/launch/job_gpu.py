"""Which GPU a job takes that runs beside others on one machine."""

import torch
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig


def spread_over_gpus(cfg: DictConfig) -> None:
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
