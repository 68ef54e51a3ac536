"""The parts of a model that torch.compile makes faster."""

from typing import Protocol, runtime_checkable

from torch import nn


@runtime_checkable
class Compiled(Protocol):
    """A module that says whether it is to be compiled; one that does not say so is not.

    Attributes:
        compiled: whether torch.compile makes it faster.
    """

    compiled: bool


def compile_parts(model: nn.Module) -> list[str]:
    """Compile what is made of many small operations on maps, at its first call; the code around it stays as it is.

    Names and weights do not change, so checkpoints of compiled and other models are the same.

    Args:
        model: changed in place; its modules say themselves what is compiled (see :class:`Compiled`).

    Returns:
        The names of the parts.
    """
    parts = {name: part for name, part in model.named_modules() if _is_compiled(part)}
    for part in parts.values():
        part.compile()
    return list(parts)


def _is_compiled(part: object) -> bool:
    return isinstance(part, Compiled) and part.compiled
