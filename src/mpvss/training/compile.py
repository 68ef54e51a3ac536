"""The parts of a model that torch.compile makes faster."""

from torch import nn

_COMPILED = ("backbone", "pixel_decoder", "motion_encoder", "motion_decoder", "pixel_flow")


def compile_parts(model: nn.Module) -> list[str]:
    """Compile what is made of many small operations on maps, at its first call; the code around it stays as it is.

    Names and weights do not change, so checkpoints of compiled and other models are the same.

    Args:
        model: changed in place.

    Returns:
        The names of the parts.
    """
    names = []
    for name, part in model.named_modules():
        if name.rpartition(".")[2] in _COMPILED:
            part.compile()
            names.append(name)
    return names
