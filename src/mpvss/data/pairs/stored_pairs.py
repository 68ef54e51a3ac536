"""Stored pairs in random order, augmented, without end."""

from collections.abc import Callable, Sequence

from torch.utils.data import Dataset

from mpvss.data.pairs.drawing import drawing_from, generator_for, pass_order
from mpvss.data.pairs.pair_source import PairSource
from mpvss.types import FramePair


class ShuffledPairs(Dataset[FramePair]):
    """Pass after pass over stored pairs, each pass in a new order; an item is a function of (seed, index) alone.

    Args:
        pairs: what is passed over, in a fixed order.
        transform: applied to each unbatched pair; it may draw from torch's default CPU generator. None: as stored.
        num_pairs: pairs of an epoch; None for each once. Indices may go on past it (see
            :class:`~mpvss.data.loading.samplers.EpochSampler`).
        seed: at least 0.

    Raises:
        ValueError: if `num_pairs` or `seed` is too small, or there are no pairs.
    """

    def __init__(
        self,
        pairs: PairSource,
        transform: Callable[[FramePair], FramePair] | None = None,
        num_pairs: int | None = None,
        seed: int = 0,
    ) -> None:
        if not len(pairs):
            raise ValueError("There must be at least one pair to train on; got none.")
        if num_pairs is not None and num_pairs < 1:
            raise ValueError(f"num_pairs must be at least 1, or null for every pair once; got {num_pairs}.")
        if seed < 0:
            raise ValueError(f"seed must be at least 0; got {seed}.")
        self.pairs = pairs
        self.transform = transform
        self.seed = seed
        self._num_pairs = num_pairs or len(pairs)

    def __len__(self) -> int:
        return self._num_pairs

    def __getitem__(self, index: int) -> FramePair:
        """Return an unbatched pair."""
        pair = self.pairs[self._find(index)]
        if self.transform is None:
            return pair
        with drawing_from(generator_for(self.seed, 1, index)):
            return self.transform(pair)

    def describe(self, index: int) -> str:
        """Return the name of a pair, or its number where pairs have no names."""
        place = self._find(index)
        names: Sequence[str] = getattr(self.pairs, "names", ())
        return names[place] if names else f"pair {place}"

    def _find(self, index: int) -> int:
        """Return which of the stored pairs it is."""
        turn, place = divmod(index, len(self.pairs))
        return pass_order(self.seed, turn, len(self.pairs))[place]
