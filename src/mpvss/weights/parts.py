"""The parts of a model, as the first words of every key of ours in this package."""

from torch import Tensor, nn

from mpvss.types import Backbone, Flow, Propagator, Segmentor

SEGMENTOR = "segmentor."
BACKBONE = "segmentor.backbone."
FLOW = "flow."
MOTION_ENCODER = "flow.motion_encoder."

_LAST_CONVOLUTION = "conv6"
"""A child that only a motion encoder has."""


def key_prefix(module: nn.Module) -> str:
    """Return what stands before a module's own keys: a propagator is the whole model, the others parts of it.

    Raises:
        ValueError: if it is no part that weights are stored of.
    """
    if isinstance(module, Propagator):
        return ""
    if isinstance(module, Segmentor):
        return SEGMENTOR
    if isinstance(module, Backbone):
        return BACKBONE
    if isinstance(module, Flow):
        return FLOW
    if any(name == _LAST_CONVOLUTION for name, _ in module.named_children()):
        return MOTION_ENCODER
    raise ValueError(
        "weights belong to a propagator, a segmentor, a backbone, a flow module or a motion encoder; got "
        f"{type(module).__name__}. It needs the attributes of its protocol in mpvss.types."
    )


def own_state(module: nn.Module) -> dict[str, Tensor]:
    """Return the state dict of a propagator or a part of it under the whole model's keys."""
    prefix = key_prefix(module)
    return {prefix + key: tensor for key, tensor in module.state_dict().items()}
