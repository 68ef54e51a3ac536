"""Run a few training steps and time them."""

import lightning
import torch
from hydra.utils import instantiate
from omegaconf import DictConfig
from torch.utils.data import DataLoader

from mpvss.building import build_model
from mpvss.callbacks import EffectiveBatch, StepTimes
from mpvss.step_time import StepTime
from mpvss.types import FramePair


class RepeatedBatch(lightning.LightningDataModule):
    """One batch of pairs, again and again.

    Args:
        batch: on the host.
        num_batches: of an epoch.
    """

    def __init__(self, batch: FramePair, num_batches: int) -> None:
        super().__init__()
        self.batch_size = len(batch.frame)
        self._batches = [batch] * num_batches

    def train_dataloader(self) -> DataLoader[FramePair]:
        """Return the batches as they are."""
        return DataLoader(self._batches, batch_size=None)  # type: ignore[arg-type]  # a list is a map-style dataset


def time_steps(
    cfg: DictConfig, data: lightning.LightningDataModule, pairs: int | None, device: torch.device
) -> list[StepTime]:
    """Train as configured, but for what is logged and stored, and return the times of the last ``cfg.repeats`` steps.

    Args:
        cfg: ``cfg.warmup`` steps come before them, beside the first, which nobody knows the beginning of.
        data: to train on.
        pairs: of a step of the optimizer, over which gradients accumulate; None for a batch's.
        device: to train on.

    Raises:
        ValueError: if there is no step to time, or batches do not make whole steps.
    """
    if cfg.repeats < 1 or cfg.warmup < 0:
        raise ValueError(f"repeats must be at least 1 and warmup at least 0; got {cfg.repeats} and {cfg.warmup}.")
    times = StepTimes(window=cfg.repeats)
    trainer = instantiate(
        cfg.trainer,
        accelerator="gpu" if device.type == "cuda" else device.type,
        max_steps=num_steps(cfg),
        limit_val_batches=0,
        callbacks=[EffectiveBatch(pairs), times],
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )
    trainer.fit(build_model(cfg, "module"), datamodule=data)
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return times.steps()


def num_steps(cfg: DictConfig) -> int:
    """Return how many steps :func:`time_steps` runs."""
    return int(1 + cfg.warmup + cfg.repeats)
