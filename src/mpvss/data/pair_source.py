"""What a data set of pairs looks like to those that serve it."""

from typing import Protocol

from mpvss.types import FramePair


class PairSource(Protocol):
    """Pairs that can be read in any order (stored ones, or drawn ones that are a function of their index)."""

    def __len__(self) -> int:
        """Return the number of pairs, or of those that make up an epoch."""

    def __getitem__(self, index: int) -> FramePair:
        """Return an unbatched pair: the fields of a FramePair without the batch dimension."""
