"""Key rules: how the names and layouts of another project's tensors become ours."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

_WHOLE = -1


class Rule(NamedTuple):
    r"""What becomes of the tensors whose whole key matches a pattern.

    Attributes:
        theirs: regular expression for the foreign key.
        ours: template of our key, with ``\1`` for the groups. Three templates split the tensor into three
            equal parts along its first dimension. None drops it: it is derived, or of no use here.
        part: 0, 1 or 2 if the tensor is the first, second or third of those that are joined into one of ours.
        transform: applied to the tensor.
    """

    theirs: str
    ours: str | tuple[str, str, str] | None
    part: int | None = None
    transform: Callable[[Tensor], Tensor] | None = None


class Translation(NamedTuple):
    """A state dict in our names.

    Attributes:
        state: our key -> tensor.
        dropped: foreign keys that the rules leave out.
        unknown: foreign keys that no rule knows.
    """

    state: dict[str, Tensor]
    dropped: list[str]
    unknown: list[str]


def translate(tensors: Mapping[str, Tensor], rules: Iterable[Rule]) -> Translation:
    """Rename, split and join tensors; of several rules that match a key the first one counts.

    Args:
        tensors: foreign key -> tensor.
        rules: the rules of that format.

    Returns:
        The tensors under our keys, and the keys that gave none.

    Raises:
        ValueError: if two keys become one, or a part of a joint tensor is missing.
    """
    compiled = [(re.compile(rule.theirs), rule) for rule in rules]
    pieces: dict[str, dict[int, Tensor]] = defaultdict(dict)
    dropped, unknown = [], []
    for key, tensor in tensors.items():
        found = next(((rule, match) for pattern, rule in compiled if (match := pattern.fullmatch(key))), None)
        if found is None:
            unknown.append(key)
        elif found[0].ours is None:
            dropped.append(key)
        else:
            for name, part, piece in _place(*found, tensor):
                if part in pieces[name]:
                    raise ValueError(f"{key} and another key both become {name}. Remove one of them.")
                pieces[name][part] = piece
    return Translation({name: _join(name, parts) for name, parts in pieces.items()}, dropped, unknown)


def below(rules: Iterable[Rule], theirs: str, ours: str) -> tuple[Rule, ...]:
    """Put a prefix before both sides of every rule.

    Args:
        rules: rules for the keys of a part of the model.
        theirs: regular expression of the part's name; its groups count before those of the rules.
        ours: our name of the part.
    """
    prefixed = []
    for rule in rules:
        names = rule.ours
        if isinstance(names, tuple):
            names = (ours + names[0], ours + names[1], ours + names[2])
        elif names is not None:
            names = ours + names
        prefixed.append(rule._replace(theirs=f"(?:{theirs})(?:{rule.theirs})", ours=names))
    return tuple(prefixed)


def _place(rule: Rule, match: re.Match[str], tensor: Tensor) -> list[tuple[str, int, Tensor]]:
    """Return (our key, part, tensor) of each tensor that a foreign one becomes; _WHOLE if it is no part."""
    if rule.transform is not None:
        tensor = rule.transform(tensor)
    if isinstance(rule.ours, tuple):
        return [(match.expand(name), _WHOLE, piece) for name, piece in zip(rule.ours, tensor.chunk(3), strict=True)]
    return [(match.expand(str(rule.ours)), _WHOLE if rule.part is None else rule.part, tensor)]


def _join(name: str, parts: dict[int, Tensor]) -> Tensor:
    if _WHOLE in parts and len(parts) == 1:
        return parts[_WHOLE]
    if sorted(parts) != [0, 1, 2]:
        raise ValueError(
            f"{name} is joined from query, key and value; got {len(parts)} of the three. Is the checkpoint complete?"
        )
    return torch.cat([parts[index] for index in range(3)])


_SHOWN = 5


def abbreviate(keys: Sequence[str]) -> str:
    """Name the first few keys and count the others.

    Example:
        >>> abbreviate(["a", "b", "c", "d", "e", "f", "g"])
        'a, b, c, d, e and 2 more'
    """
    rest = len(keys) - _SHOWN
    return ", ".join(keys[:_SHOWN]) + (f" and {rest} more" if rest > 0 else "")
