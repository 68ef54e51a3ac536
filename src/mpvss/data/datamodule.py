"""The data of a run: pairs to train on, clips to evaluate on."""

from collections.abc import Callable

import torch
from lightning import LightningDataModule
from torch.utils.data import DataLoader

from mpvss.data.clips import ClipDataset
from mpvss.data.epoch_sampler import EpochSampler
from mpvss.data.pairs import PairDataset
from mpvss.types import ClassList, Clip, FramePair, VideoSource


class VideoDataModule(LightningDataModule):
    """Training pairs of one set of videos and evaluation clips of another.

    The evaluation set is opened with the configuration, so a missing data set is found before anything expensive; the
    training set is opened by ``setup("fit")``, so evaluation runs where there is none.

    Args:
        train: opens the videos to train on.
        val: the videos to evaluate on.
        transform: augments an unbatched training pair; None: as read.
        max_gap: largest distance between the frames of a training pair, in frames, at least 1.
        batch_size: training pairs per step and process.
        num_workers: processes that read ahead; 0 reads in the training process.
        pairs_per_epoch: over all processes; None for one per frame that has a frame before it.
        chunk: T, frames of an evaluation clip.
        seed: of the training pairs.
        num_classes: K that the model is built for; None takes what the data says.

    Raises:
        ValueError: if a number is too small, or the data has other than `num_classes` classes.
    """

    def __init__(
        self,
        train: Callable[[], VideoSource],
        val: VideoSource,
        transform: Callable[[FramePair], FramePair] | None,
        max_gap: int,
        batch_size: int,
        num_workers: int,
        pairs_per_epoch: int | None = None,
        chunk: int = 10,
        seed: int = 0,
        num_classes: int | None = None,
    ) -> None:
        super().__init__()
        if max_gap < 1:
            raise ValueError(f"data.max_gap must be at least 1 frame; got {max_gap}. It follows interval unless set.")
        if batch_size < 1:
            raise ValueError(f"data.batch_size must be at least 1; got {batch_size}.")
        if num_classes is not None and num_classes != len(val.classes.names):
            raise ValueError(
                f"data.num_classes must be the number of classes of the data, {len(val.classes.names)}; "
                f"got {num_classes}."
            )
        self.transform = transform
        self.max_gap = max_gap
        self.batch_size = batch_size
        self.num_workers = num_workers
        self.pairs_per_epoch = pairs_per_epoch
        self.seed = seed
        self._open_train = train
        self._val_clips = ClipDataset(val, chunk)
        self._train_pairs: PairDataset | None = None

    @property
    def classes(self) -> ClassList:
        """The classes of the data, in label order."""
        return self._val_clips.source.classes

    @property
    def val_videos(self) -> VideoSource:
        """The videos that evaluation streams."""
        return self._val_clips.source

    def setup(self, stage: str) -> None:
        """Open the training videos if `stage` is "fit"; may be called early, to find what is wrong with them.

        Raises:
            ValueError: if their classes are not those of the evaluation videos, or an epoch has no full batch.
        """
        if stage == "fit":
            self._pairs()

    def train_dataloader(self) -> DataLoader[FramePair]:
        """Return batches of pairs, new ones in every epoch."""
        pairs = self._pairs()
        sampler = EpochSampler(len(pairs))
        return self._loader(pairs, batch_size=self.batch_size, sampler=sampler, drop_last=True)

    def val_dataloader(self) -> DataLoader[Clip]:
        """Return the evaluation clips, in the order of video and frame."""
        return self._loader(self._val_clips, batch_size=None)

    def test_dataloader(self) -> DataLoader[Clip]:
        """Return the same clips as :meth:`val_dataloader`."""
        return self.val_dataloader()

    def _pairs(self) -> PairDataset:
        if self._train_pairs is not None:
            return self._train_pairs
        source = self._open_train()
        if source.classes.names != self.classes.names:
            raise ValueError(
                f"Training and evaluation must have the same classes; got {', '.join(source.classes.names)} "
                f"and {', '.join(self.classes.names)}."
            )
        pairs = PairDataset(source, self.max_gap, self.transform, self.pairs_per_epoch, self.seed)
        if len(pairs) < self.batch_size:
            raise ValueError(
                f"An epoch must have a full batch of {self.batch_size} pairs; it has {len(pairs)}. "
                "Lower data.batch_size or raise data.pairs_per_epoch."
            )
        self._train_pairs = pairs
        return pairs

    def _loader(self, dataset: PairDataset | ClipDataset, **options: object) -> DataLoader:
        return DataLoader(
            dataset,
            num_workers=self.num_workers,
            pin_memory=torch.cuda.is_available(),
            persistent_workers=self.num_workers > 0,
            **options,  # type: ignore[arg-type] # DataLoader's own, from the three methods above
        )
