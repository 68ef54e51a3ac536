"""Pairs that are stored, with exact flow: to train on in random order, to score flow on in their own."""

from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

import torch
from torch.utils.data import DataLoader

from mpvss.data.loading.loaders import SignalSafeLoader, collate_pairs
from mpvss.types import FramePair


class PairSource(Protocol):
    """Pairs that can be read in any order."""

    def __len__(self) -> int:
        """Return the number of pairs."""

    def __getitem__(self, index: int) -> FramePair:
        """Return an unbatched pair: the fields of a FramePair without the batch dimension."""


@runtime_checkable
class NamesPairs(Protocol):
    """Pairs that have names, in their order."""

    @property
    def names(self) -> Sequence[str]:
        """The name of each pair."""


class StoredPairs:
    """Takes pairs as they are; a pass goes over all of them. Fills :class:`~mpvss.data.pairs.endless.PairDraw`.

    Args:
        pairs: what is passed over, in a fixed order.

    Raises:
        ValueError: if there are no pairs.
    """

    classes = None
    needs_two_frames = False

    def __init__(self, pairs: PairSource) -> None:
        if not len(pairs):
            raise ValueError("There must be at least one pair to train on; got none.")
        self.pairs = pairs

    @property
    def num_pairs(self) -> int:
        """Each once."""
        return len(self.pairs)

    def __len__(self) -> int:
        return len(self.pairs)

    def make(self, place: int, generator: torch.Generator) -> FramePair:
        """Read a pair."""
        return self.pairs[place]

    def describe(self, place: int, generator: torch.Generator) -> str:
        """Return the name of a pair, or its number where pairs have no names."""
        return _names(self.pairs)[place] if _names(self.pairs) else f"pair {place}"


class FlowPairs:
    """Pairs whose flow is known and on which nothing is labelled, to score flow on.

    Fills :class:`~mpvss.data.loading.scored.ScoredData`.

    Args:
        pairs: in a fixed order.
        batch_size: pairs of a batch, all of one size; 1 where pairs differ in size.
    """

    source = None
    scores_flow = True

    def __init__(self, pairs: PairSource, batch_size: int = 1) -> None:
        self.pairs = pairs
        self.batch_size = batch_size

    @property
    def names(self) -> Sequence[str]:
        """The names of the pairs; empty where they have none."""
        return _names(self.pairs)

    def loader(self, num_workers: int) -> DataLoader[Any]:
        """Return batches of the pairs, in order; the last may be smaller."""
        return SignalSafeLoader(self.pairs, num_workers, batch_size=self.batch_size, collate_fn=collate_pairs)


def _names(pairs: PairSource) -> Sequence[str]:
    return pairs.names if isinstance(pairs, NamesPairs) else ()
