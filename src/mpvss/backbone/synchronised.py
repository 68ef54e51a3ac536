"""BatchNorm whose statistics are those of all processes' frames."""

from timm.layers import convert_sync_batchnorm
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm


def synchronise_norms(model: nn.Module) -> int:
    """Replace each BatchNorm that learns by one that takes its statistics over all processes.

    torch's own conversion also replaces frozen ones, which would no longer be known as frozen and drift, and drops the
    activation that timm's have inside. Names and weights stay, so checkpoints fit either way.

    Args:
        model: changed in place.

    Returns:
        How many were replaced.
    """
    learning = [
        (parent, name, child)
        for parent in model.modules()
        for name, child in parent.named_children()
        if isinstance(child, _BatchNorm) and any(weight.requires_grad for weight in child.parameters(recurse=False))
    ]
    for parent, name, child in learning:
        setattr(parent, name, convert_sync_batchnorm(child))
    return len(learning)
