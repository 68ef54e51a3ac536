"""What several processes share: the statistics of BatchNorm, and the weights themselves (FSDP, Zhao et al., 2023)."""

from typing import Protocol, runtime_checkable

import lightning
from torch import nn
from torch.distributed.device_mesh import DeviceMesh
from torch.distributed.fsdp import FSDPModule, fully_shard, register_fsdp_forward_method

from mpvss.backbone import synchronise_norms


@runtime_checkable
class Sharded(Protocol):
    """A module that says whether FSDP takes it as a part of its own; one that does not say so belongs to the rest.

    Attributes:
        sharded: whether its weights are fetched for its own calls, apart from the rest of the model.
    """

    sharded: bool


def sharded_parts(propagation: nn.Module) -> list[nn.Module]:
    """List the parts of a propagator that are sharded by themselves, in the order of its modules."""
    return [part for part in propagation.modules() if isinstance(part, Sharded) and part.sharded]


def shard(propagation: nn.Module, mesh: DeviceMesh) -> None:
    """Divide a propagator's weights among processes; each part is unsharded for a call, then resharded after it.

    The parts are backbones, motion encoder and the feed-forward networks, most of the weights. What remains is
    unsharded with the propagator's first call in a step.

    Args:
        propagation: changed in place; its parameters become DTensors.
        mesh: (machines, devices of a machine); each machine holds the whole model, its devices a share of it.
    """
    for part in sharded_parts(propagation):
        fully_shard(part, mesh=mesh)
    fully_shard(propagation, mesh=mesh)
    for method in ("start", "step"):  # instead of forward
        register_fsdp_forward_method(propagation, method)


def unshard(model: nn.Module) -> None:
    """Let each process hold all weights of a sharded model, for any number of calls of its own, as in validation."""
    for part in model.modules():
        if isinstance(part, FSDPModule):
            part.set_reshard_after_forward(False, recurse=False)
            part.unshard()


def reshard(model: nn.Module) -> None:
    """Let each process keep its share of the weights alone again."""
    for part in model.modules():
        if isinstance(part, FSDPModule):
            part.set_reshard_after_forward(True, recurse=False)
            part.reshard()


class SynchronisedNorms(lightning.Callback):
    """Let each BatchNorm that learns see the frames of all GPUs; there is none for several processes on the CPU."""

    def setup(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule, stage: str) -> None:
        """Replace them, before Lightning distributes the model."""
        if stage == "fit" and trainer.world_size > 1 and trainer.strategy.root_device.type == "cuda":
            synchronise_norms(pl_module)
