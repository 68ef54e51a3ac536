"""What is compared: methods trained alike under several seeds, and evaluated."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple


class TrainedMethod(NamedTuple):
    """How a method comes about.

    Attributes:
        train: overrides of its training; None for a method that needs none.
        eval: overrides of its evaluation.
        of: the method whose checkpoint it uses; None for its own or, without a training, the segmentor's.
    """

    train: Sequence[str] | None = None
    eval: Sequence[str] = ()
    of: str | None = None


class Comparison(NamedTuple):
    """What is trained and evaluated; overrides are those of ``train.py`` and ``mpvss eval``.

    Attributes:
        shared: of every training.
        segmentor: of the segmentor's training, one per backbone and seed.
        recipe: of every method's training, which starts from that segmentor.
        methods: by name, in the order of the table.
        seeds: of training; each trains everything anew.
        interval: of the key frames, in training and evaluation.
        evaluation: overrides of every evaluation.
        backbones: options to go through; none: the one that `shared` says.
        intervals: that every checkpoint is evaluated at; none: `interval`.
        weights: segmentors that are there already, by backbone; these are not trained.
    """

    shared: Sequence[str]
    segmentor: Sequence[str]
    recipe: Sequence[str]
    methods: Mapping[str, TrainedMethod]
    seeds: Sequence[int]
    interval: int
    evaluation: Sequence[str] = ()
    backbones: Sequence[str] = ()
    intervals: Sequence[int] = ()
    weights: Mapping[str, str] = {}

    @property
    def variants(self) -> list[tuple[str, int]]:
        """Backbone and seed of everything that is trained; the backbone is empty where there is no choice of it."""
        return [(backbone, seed) for backbone in self.backbones or ("",) for seed in self.seeds]

    def folder(self, output: Path, backbone: str, seed: int) -> Path:
        """Return the folder of a variant's runs: ``<backbone>/seed<s>``, or ``seed<s>``."""
        return output / backbone / f"seed{seed}"

    def evaluation_name(self, method: str) -> str:
        """Return the name of an evaluation's folder, which says at which intervals if these are several."""
        return "-".join([method, "eval", *map(str, self.intervals)])

    def source(self, method: str) -> str | None:
        """Return the method whose checkpoint a method is evaluated with; None for the segmentor.

        Raises:
            ValueError: if that one has none.
        """
        entry = self.methods[method]
        if entry.of is None:
            return None if entry.train is None else method
        if entry.of not in self.methods or self.methods[entry.of].train is None:
            trained = [name for name, one in self.methods.items() if one.train is not None]
            raise ValueError(
                f"methods.{method}.of must be a trained method, one of {', '.join(trained)}; got {entry.of}."
            )
        return entry.of
