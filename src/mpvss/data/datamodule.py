"""The data of a run: pairs to train on, clips or pairs to evaluate on."""

from collections.abc import Callable

from lightning import LightningDataModule
from torch.utils.data import DataLoader

from mpvss.data.loading.chunks import VideoChunks
from mpvss.data.loading.loaders import ResumableLoader, SignalSafeLoader, collate_pairs
from mpvss.data.loading.samplers import WholeVideoSampler, rank_and_world_size
from mpvss.data.pairs.labelled_pairs import LabelledPairs
from mpvss.data.pairs.pair_source import PairSource, TrainingPairs
from mpvss.data.pairs.simulated import PhotometricChange, SimulatedMotion
from mpvss.data.pairs.still_pairs import StillPairDataset
from mpvss.data.pairs.video_pairs import PairDataset
from mpvss.types import ClassList, FramePair, SparseVideoSource, VideoSource


class VideoDataModule(LightningDataModule):
    """Training pairs of one set of videos, and evaluation clips of another, or pairs where few frames are labelled.

    The evaluation set is opened with the configuration, so a missing data set is found before anything expensive; the
    training set is opened by ``setup("fit")``, so evaluation runs where there is none.

    Args:
        train: opens the videos to train on.
        val: the videos to evaluate on; None for no evaluation.
        transform: augments an unbatched training pair; None: as read.
        max_gap: largest distance between the frames of a training pair, in frames, at least 1.
        batch_size: training pairs per step and process.
        num_workers: processes that read ahead; 0 reads in the training process.
        pairs_per_epoch: over all processes; None for one per frame that has a frame before it.
        chunk: T, frames of an evaluation clip.
        seed: of the training pairs.
        num_classes: K that the model is built for; None takes what the data says.
        with_flow: whether training pairs carry exact flow: needs videos whose motion is known, or simulated motion.
        simulated_motion: whether training pairs are made from single frames instead of two frames of a video;
            `max_gap` is then virtual.
        motion: how simulated motion goes; None for its defaults.
        max_distance: of evaluation videos of which few frames are labelled: each labelled frame is evaluated with the
            key frame 0..max_distance - 1 frames before it.

    Raises:
        ValueError: if a number is too small, or the data has other than `num_classes` classes.
    """

    def __init__(
        self,
        train: Callable[[], VideoSource],
        val: VideoSource | None,
        transform: Callable[[FramePair], FramePair] | None,
        max_gap: int,
        batch_size: int,
        num_workers: int,
        pairs_per_epoch: int | None = None,
        chunk: int = 10,
        seed: int = 0,
        num_classes: int | None = None,
        with_flow: bool = False,
        simulated_motion: bool = False,
        motion: SimulatedMotion | None = None,
        max_distance: int = 1,
    ) -> None:
        super().__init__()
        if max_gap < 1:
            raise ValueError(f"data.max_gap must be at least 1 frame; got {max_gap}. It follows interval unless set.")
        if batch_size < 1:
            raise ValueError(f"data.batch_size must be at least 1; got {batch_size}.")
        self.transform = transform
        self.max_gap = max_gap
        self.batch_size = batch_size
        self.num_workers = num_workers
        self.pairs_per_epoch = pairs_per_epoch
        self.seed = seed
        self.with_flow = with_flow
        self.simulated_motion = simulated_motion
        self.motion = motion
        self._open_train = train
        self._train_pairs: PairDataset | StillPairDataset | None = None
        self._val: VideoChunks | LabelledPairs | None = None
        if isinstance(val, SparseVideoSource):
            self._val = LabelledPairs(val, max_distance)
        elif val is not None:
            self._val = VideoChunks(val, chunk)
        if num_classes not in (None, len(self.classes.names)):
            raise ValueError(
                f"data.num_classes must be the number of classes of the data, {len(self.classes.names)}; "
                f"got {num_classes}."
            )

    @property
    def classes(self) -> ClassList:
        """The classes of the data, in label order."""
        return (self._pairs() if self._val is None else self._val).source.classes

    @property
    def val_videos(self) -> VideoSource:
        """The videos to evaluate on."""
        if self._val is None:
            raise ValueError("There are no videos to evaluate on. Set data.val_split, or data.val for video files.")
        return self._val.source

    def setup(self, stage: str) -> None:
        """Open the training videos if `stage` is "fit"; may be called early, to find what is wrong with them.

        Raises:
            ValueError: if their classes are not those of the evaluation videos, an epoch has no full batch, or `stage`
                is another and there is nothing to evaluate on.
        """
        if stage == "fit":
            self._pairs()
        else:
            self.val_videos  # noqa: B018  # refuses where there are none

    def train_dataloader(self) -> DataLoader[FramePair]:
        """Return batches of pairs, new ones in every epoch."""
        return ResumableLoader(self._pairs(), self.batch_size, self.num_workers)

    def val_dataloader(self) -> DataLoader:
        """Return the evaluation clips of this process, whole videos in order; no loader where there is no evaluation.

        Where few frames are labelled, return batches of pairs instead, all `max_distance` of a labelled frame each.
        """
        if self._val is None:
            return []  # type: ignore[return-value]  # how Lightning is told that there is none
        if isinstance(self._val, LabelledPairs):
            rank, world_size = rank_and_world_size()
            batches = self._val.batches()[rank::world_size]
            return SignalSafeLoader(self._val, self.num_workers, batch_sampler=batches, collate_fn=collate_pairs)
        return SignalSafeLoader(self._val, self.num_workers, batch_size=None, sampler=WholeVideoSampler(self._val))

    def test_dataloader(self) -> DataLoader:
        """Return the same as :meth:`val_dataloader`."""
        return self.val_dataloader()

    def _pairs(self) -> PairDataset | StillPairDataset:
        if self._train_pairs is not None:
            return self._train_pairs
        source = self._open_train()
        if self._val is not None and source.classes.names != self.classes.names:
            raise ValueError(
                f"Training and evaluation must have the same classes; got {', '.join(source.classes.names)} "
                f"and {', '.join(self.classes.names)}."
            )
        settings = (self.max_gap, self.transform, self.pairs_per_epoch, self.seed, self.with_flow)
        if self.simulated_motion:
            self._train_pairs = StillPairDataset(
                source, self.motion or SimulatedMotion(exposure=PhotometricChange()), *settings
            )
        else:
            self._train_pairs = PairDataset(source, *settings)
        _check_epoch(self._train_pairs, self.batch_size)
        return self._train_pairs


class FlowDataModule(LightningDataModule):
    """Pairs with exact flow, to train flow on and to score it on; there is nothing to segment.

    The evaluation set is opened with the configuration, so a missing data set is found before anything expensive; the
    training set is opened by ``setup("fit")``.

    Args:
        train: opens the pairs to train on, a new one at every index however large, as
            :class:`~mpvss.data.PairDataset` and :class:`~mpvss.data.ShuffledPairs` have; None where the data are for
            evaluation alone.
        val: the pairs to evaluate on, all of one size.
        batch_size: pairs per step and process.
        num_workers: processes that read ahead; 0 reads in the training process.

    Raises:
        ValueError: if `batch_size` is less than 1.
    """

    classes = ClassList((), ())
    """None: flow has no classes."""

    def __init__(
        self, train: Callable[[], TrainingPairs] | None, val: PairSource, batch_size: int, num_workers: int
    ) -> None:
        super().__init__()
        if batch_size < 1:
            raise ValueError(f"data.batch_size must be at least 1; got {batch_size}.")
        self.batch_size = batch_size
        self.num_workers = num_workers
        self._open_train = train
        self._train_pairs: TrainingPairs | None = None
        self._val_pairs = val

    @property
    def val_names(self) -> tuple[str, ...]:
        """The names of the evaluation pairs, in order; empty where they have none."""
        return getattr(self._val_pairs, "names", ())

    def setup(self, stage: str) -> None:
        """Open the training pairs if `stage` is "fit"; may be called early, to find what is wrong with them.

        Raises:
            ValueError: if an epoch has no full batch.
        """
        if stage == "fit":
            self._pairs()

    def train_dataloader(self) -> DataLoader[FramePair]:
        """Return batches of pairs, in every epoch those that come after the last epoch's."""
        return ResumableLoader(self._pairs(), self.batch_size, self.num_workers)

    def val_dataloader(self) -> DataLoader[FramePair]:
        """Return batches of the evaluation pairs, in order; the last may be smaller."""
        return SignalSafeLoader(self._val_pairs, self.num_workers, batch_size=self.batch_size, collate_fn=collate_pairs)

    def test_dataloader(self) -> DataLoader[FramePair]:
        """Return the same batches as :meth:`val_dataloader`."""
        return self.val_dataloader()

    def _pairs(self) -> TrainingPairs:
        if self._open_train is None:
            raise ValueError(
                "These pairs are for evaluation alone. To train flow, choose data=flying_chairs or data=synthetic_flow."
            )
        if self._train_pairs is None:
            pairs = self._open_train()
            _check_epoch(pairs, self.batch_size)
            self._train_pairs = pairs
        return self._train_pairs


def _check_epoch(pairs: PairSource, batch_size: int) -> None:
    if len(pairs) < batch_size:
        raise ValueError(
            f"An epoch must have a full batch of {batch_size} pairs; it has {len(pairs)}. "
            "Lower data.batch_size or raise data.pairs_per_epoch."
        )
