"""The parts of a model, as the first words of every key of ours in this package."""

from torch import Tensor, nn

SEGMENTOR = "segmentor."
BACKBONE = "segmentor.backbone."
FLOW = "flow."


def key_prefix(module: nn.Module) -> str:
    """Return what stands before a module's own keys: a propagator is the whole model, the others parts of it."""
    children = {name for name, _ in module.named_children()}
    if "segmentor" in children:
        return ""
    return SEGMENTOR if "backbone" in children else BACKBONE


def own_state(module: nn.Module) -> dict[str, Tensor]:
    """Return the state dict of a propagator, a segmentor or a backbone under the whole model's keys."""
    prefix = key_prefix(module)
    return {prefix + key: tensor for key, tensor in module.state_dict().items()}
