"""Lists of keys in messages."""

from collections.abc import Sequence

_SHOWN = 5


def some(keys: Sequence[str]) -> str:
    """Name the first few keys and count the others.

    Example:
        >>> some(["a", "b", "c", "d", "e", "f", "g"])
        'a, b, c, d, e and 2 more'
    """
    rest = len(keys) - _SHOWN
    return ", ".join(keys[:_SHOWN]) + (f" and {rest} more" if rest > 0 else "")
