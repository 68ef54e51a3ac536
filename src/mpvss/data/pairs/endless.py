"""Pairs without end, each a function of (seed, index) alone."""

from collections.abc import Callable
from typing import Protocol

import torch
from torch.utils.data import Dataset

from mpvss.data.pairs.drawing import drawing_from, generator_for, pass_order
from mpvss.types import ClassList, FramePair


class PairDraw(Protocol):
    """Makes pairs of the things that a pass goes over: videos, frames, or stored pairs.

    Attributes:
        needs_two_frames: whether a video of a single frame is of no use.
    """

    needs_two_frames: bool

    @property
    def classes(self) -> ClassList | None:
        """The classes of the labels, in label order; None where nothing is labelled."""

    @property
    def num_pairs(self) -> int:
        """The number of pairs of an epoch, unless another is asked for."""

    def __len__(self) -> int:
        """Return the number of things that a pass goes over."""

    def make(self, place: int, generator: torch.Generator) -> FramePair:
        """Return an unbatched pair of one of these things; `generator` is the only source of randomness."""

    def describe(self, place: int, generator: torch.Generator) -> str:
        """Return in words what :meth:`make` would read, given the same generator, without reading it."""


class EndlessPairs(Dataset[FramePair]):
    """Pairs to train on, a new one at every index however large; the length is that of an epoch.

    Pass after pass over the things that pairs are drawn from, each pass in a new order. Neither the worker nor the
    items read before change what an index gives, so a resumed run sees what an uninterrupted one would have (see
    :class:`~mpvss.data.loading.samplers.EpochSampler`).

    Args:
        draw: makes the pairs: :class:`~mpvss.data.VideoPairs`, :class:`~mpvss.data.StillPairs` or
            :class:`~mpvss.data.StoredPairs`.
        transform: applied to each unbatched pair; it may draw from torch's default CPU generator. None: as drawn.
        num_pairs: pairs of an epoch; None for as many as `draw` says.
        seed: at least 0.

    Raises:
        ValueError: if `num_pairs` or `seed` is too small.
    """

    def __init__(
        self,
        draw: PairDraw,
        transform: Callable[[FramePair], FramePair] | None = None,
        num_pairs: int | None = None,
        seed: int = 0,
    ) -> None:
        if num_pairs is not None and num_pairs < 1:
            raise ValueError(f"num_pairs must be at least 1, or null for what the data have; got {num_pairs}.")
        if seed < 0:
            raise ValueError(f"seed must be at least 0; got {seed}.")
        self.draw = draw
        self.transform = transform
        self.seed = seed
        self._num_pairs = num_pairs or draw.num_pairs

    @property
    def classes(self) -> ClassList | None:
        """The classes of the labels, in label order; None where nothing is labelled."""
        return self.draw.classes

    def __len__(self) -> int:
        return self._num_pairs

    def __getitem__(self, index: int) -> FramePair:
        """Return an unbatched pair: frames (3, H, W), labels (H, W), gap (), flow (2, H, W), visible (H, W)."""
        generator = self._generator(index)
        pair = self.draw.make(self.place(index), generator)
        if self.transform is None:
            return pair
        with drawing_from(generator):
            return self.transform(pair)

    def describe(self, index: int) -> str:
        """Return in words where the pair at an index comes from, without reading it."""
        return self.draw.describe(self.place(index), self._generator(index))

    def place(self, index: int) -> int:
        """Return which of the things that a pass goes over the pair at an index is drawn from."""
        turn, place = divmod(index, len(self.draw))
        return pass_order(self.seed, turn, len(self.draw))[place]

    def _generator(self, index: int) -> torch.Generator:
        return generator_for(self.seed, 1, index)
