"""Optimizer and schedule of a LightningModule, as Lightning asks for them."""

from collections.abc import Callable

import lightning
import torch
from lightning.pytorch.utilities.types import OptimizerLRSchedulerConfig
from torch import nn

from mpvss.training.parameter_groups import parameter_groups


class SteppingModule(lightning.LightningModule):
    """A LightningModule that trains its parameters by one optimizer with a schedule.

    Args:
        optimizer: from parameter groups, `lr` and `weight_decay`, to an optimizer.
        scheduler: from an optimizer to a learning rate schedule, which steps with it.
        backbone_lr_scale: factor on the backbone's learning rate.
    """

    def __init__(
        self,
        optimizer: Callable[..., torch.optim.Optimizer],
        scheduler: Callable[..., torch.optim.lr_scheduler.LRScheduler],
        backbone_lr_scale: float = 1.0,
    ) -> None:
        super().__init__()
        self.optimizer = optimizer
        self.scheduler = scheduler
        self.backbone_lr_scale = backbone_lr_scale

    def configure_optimizers(self) -> OptimizerLRSchedulerConfig:
        """Build optimizer and schedule over the trainable parameters."""
        return optimizer_and_schedule(self, self.optimizer, self.scheduler, self.backbone_lr_scale)


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
