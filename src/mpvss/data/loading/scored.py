"""What is scored: labelled videos, labelled frames, or pairs whose flow is known."""

from collections.abc import Sequence
from typing import Any, Protocol

from torch.utils.data import DataLoader

from mpvss.data.sources.source import VideoSource


class ScoredData(Protocol):
    """Data to score on, which know how they are to be loaded.

    :class:`~mpvss.data.VideoChunks`, :class:`~mpvss.data.LabelledPairs` and :class:`~mpvss.data.FlowPairs` are such.

    Attributes:
        scores_flow: whether flow is what can be scored on them, because nothing is labelled.
    """

    scores_flow: bool

    @property
    def source(self) -> VideoSource | None:
        """The labelled videos; None where nothing is labelled."""

    @property
    def names(self) -> Sequence[str]:
        """The names of the videos, labelled frames or pairs, in order; empty where they have none."""

    def loader(self, num_workers: int) -> DataLoader[Any]:
        """Return a loader of what this process is to score, in order, read ahead by `num_workers` processes."""
