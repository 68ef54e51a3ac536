"""The data of a run: pairs to train on, and what to score."""

from collections.abc import Callable, Sequence

from lightning import LightningDataModule
from torch.utils.data import DataLoader

from mpvss.data.loading.loaders import ResumableLoader
from mpvss.data.loading.scored import ScoredData
from mpvss.data.pairs.endless import EndlessPairs
from mpvss.data.sources.source import VideoSource
from mpvss.types import ClassList, FramePair


class PairDataModule(LightningDataModule):
    """Pairs to train on, and what is scored: chunks of videos, pairs of labelled frames, or pairs with known flow.

    What is scored is open already, so a missing data set is found before anything expensive; the training pairs are
    opened by ``setup("fit")``, so evaluation runs where there are none.

    Args:
        train: opens the pairs to train on; None where the data are for evaluation alone.
        val: what is scored; None for no evaluation.
        batch_size: training pairs per step and process.
        num_workers: processes that read ahead; 0 reads in the training process.
        num_classes: K that the model is built for; None takes what the data say.

    Attributes:
        val: as given.

    Raises:
        ValueError: if `batch_size` is less than 1, or the data have other than `num_classes` classes.
    """

    def __init__(
        self,
        train: Callable[[], EndlessPairs] | None,
        val: ScoredData | None,
        batch_size: int,
        num_workers: int,
        num_classes: int | None = None,
    ) -> None:
        super().__init__()
        if batch_size < 1:
            raise ValueError(f"data.batch_size must be at least 1; got {batch_size}.")
        self.val = val
        self.batch_size = batch_size
        self.num_workers = num_workers
        self._open_train = train
        self._train: EndlessPairs | None = None
        classes = self.classes
        if classes is not None and num_classes not in (None, len(classes.names)):
            raise ValueError(
                f"data.num_classes must be the number of classes of the data, {len(classes.names)}; got {num_classes}."
            )

    @property
    def classes(self) -> ClassList | None:
        """The classes of the data, in label order; None where nothing is labelled."""
        if self.val is None:
            return self._pairs().classes
        return None if self.val.source is None else self.val.source.classes

    @property
    def scores_flow(self) -> bool:
        """Whether flow is what can be scored on these data, because nothing is labelled."""
        return self.val is not None and self.val.scores_flow

    @property
    def val_videos(self) -> VideoSource:
        """The labelled videos to evaluate on."""
        if self.val is None:
            raise ValueError("There are no videos to evaluate on. Set data.val_split, or data.val for video files.")
        if self.val.source is None:
            raise ValueError("These data are pairs for flow; nothing is labelled. Choose data that have videos.")
        return self.val.source

    @property
    def val_names(self) -> Sequence[str]:
        """The names of what is scored, in order; empty where there are none."""
        return () if self.val is None else self.val.names

    def setup(self, stage: str) -> None:
        """Open the training pairs if `stage` is "fit"; may be called early, to find what is wrong with them.

        Raises:
            ValueError: if their classes are not those that are scored, an epoch has no full batch, or `stage` is
                another and there is nothing to evaluate on.
        """
        if stage == "fit":
            self._pairs()
        elif not self.scores_flow:
            self.val_videos  # noqa: B018  # refuses where there are none

    def train_dataloader(self) -> DataLoader[FramePair]:
        """Return batches of pairs, in every epoch those that come after the last epoch's."""
        return ResumableLoader(self._pairs(), self.batch_size, self.num_workers)

    def val_dataloader(self) -> DataLoader:
        """Return what this process is to score, in order; no loader where there is no evaluation."""
        if self.val is None:
            return []  # type: ignore[return-value]  # how Lightning is told that there is none
        return self.val.loader(self.num_workers)

    def test_dataloader(self) -> DataLoader:
        """Return the same as :meth:`val_dataloader`."""
        return self.val_dataloader()

    def _pairs(self) -> EndlessPairs:
        if self._train is not None:
            return self._train
        if self._open_train is None:
            raise ValueError(
                "These pairs are for evaluation alone. To train flow, choose data=flying_chairs or data=synthetic_flow."
            )
        pairs = self._open_train()
        if self.val is not None:
            _check_classes(pairs.classes, self.classes)
        if len(pairs) < self.batch_size:
            raise ValueError(
                f"An epoch must have a full batch of {self.batch_size} pairs; it has {len(pairs)}. "
                "Lower data.batch_size or raise data.pairs_per_epoch."
            )
        self._train = pairs
        return pairs


def _check_classes(train: ClassList | None, val: ClassList | None) -> None:
    if train is not None and val is not None and train.names != val.names:
        raise ValueError(
            f"Training and evaluation must have the same classes; got {', '.join(train.names)} "
            f"and {', '.join(val.names)}."
        )
