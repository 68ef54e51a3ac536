"""What several processes share: the statistics of BatchNorm, and the weights themselves (FSDP, Zhao et al., 2023)."""

import lightning
from torch import nn
from torch.distributed.device_mesh import DeviceMesh
from torch.distributed.fsdp import FSDPModule, fully_shard, register_fsdp_forward_method

from mpvss.backbone import synchronise_norms
from mpvss.layers import FeedForward

_GATHERED = ("backbone", "motion_encoder")


def shard(propagation: nn.Module, mesh: DeviceMesh) -> None:
    """Divide a propagator's weights among processes; each part is gathered when it is called, and let go after.

    The parts are backbones, motion encoder and the feed-forward networks, most of the weights. What remains is gathered
    with the propagator's first call in a step.

    Args:
        propagation: changed in place; its parameters become DTensors.
        mesh: (machines, devices of a machine); each machine holds the whole model, its devices a share of it.
    """
    for name, part in propagation.named_modules():
        if isinstance(part, FeedForward) or name.rpartition(".")[2] in _GATHERED:
            fully_shard(part, mesh=mesh)
    fully_shard(propagation, mesh=mesh)
    for method in ("start", "step"):  # instead of forward
        register_fsdp_forward_method(propagation, method)


def unshard(model: nn.Module) -> None:
    """Let each process hold all of a sharded model, so that it can call it as often as it likes, as validation does."""
    for part in model.modules():
        if isinstance(part, FSDPModule):
            part.set_reshard_after_forward(False, recurse=False)
            part.unshard()


def reshard(model: nn.Module) -> None:
    """Keep a share alone again."""
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
