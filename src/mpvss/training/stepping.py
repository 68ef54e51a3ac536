"""Optimizer and schedule of a model, as Lightning asks a module for them."""

from collections.abc import Callable

import torch
from lightning.pytorch.utilities.types import OptimizerLRSchedulerConfig
from torch import nn

from mpvss.training.parameter_groups import parameter_groups


def optimizer_and_schedule(
    model: nn.Module,
    optimizer: Callable[..., torch.optim.Optimizer],
    schedule: Callable[..., torch.optim.lr_scheduler.LRScheduler],
    backbone_lr_scale: float = 1.0,
) -> OptimizerLRSchedulerConfig:
    """Build the optimizer over a model's trainable parameters, and its schedule, which steps with it.

    Args:
        model: any module.
        optimizer: from parameter groups to an optimizer; a partial with the keywords `lr` and `weight_decay`.
        schedule: from an optimizer to a learning rate schedule.
        backbone_lr_scale: factor on the backbone's learning rate.
    """
    keywords = optimizer.keywords  # type: ignore[attr-defined]  # a partial, by Hydra's _partial_
    built = optimizer(parameter_groups(model, keywords["lr"], keywords["weight_decay"], backbone_lr_scale))
    return {
        "optimizer": built,
        "lr_scheduler": {"scheduler": schedule(built), "interval": "step", "name": "lr"},
    }
