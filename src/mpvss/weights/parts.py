"""The parts of a model, as the first words of every key of ours in this package."""

from torch import Tensor, nn

SEGMENTOR = "segmentor."
BACKBONE = "segmentor.backbone."
FLOW = "flow."
MOTION_ENCODER = "flow.motion_encoder."

_MADE_OF = {"segmentor": "", "backbone": SEGMENTOR, "motion_encoder": FLOW, "raft": FLOW, "conv6": MOTION_ENCODER}
"""A child that only this part has -> the part's prefix."""


def key_prefix(module: nn.Module) -> str:
    """Return what stands before a module's own keys: a propagator is the whole model, the others parts of it."""
    children = {name for name, _ in module.named_children()}
    return next((prefix for child, prefix in _MADE_OF.items() if child in children), BACKBONE)


def own_state(module: nn.Module) -> dict[str, Tensor]:
    """Return the state dict of a propagator or a part of it under the whole model's keys."""
    prefix = key_prefix(module)
    return {prefix + key: tensor for key, tensor in module.state_dict().items()}
