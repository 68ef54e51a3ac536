"""Pairs of a key and a non-key frame, to train on."""

import logging
from collections.abc import Callable

import numpy as np
import torch
from torch.utils.data import Dataset

from mpvss.data.sampling import draw_pair
from mpvss.types import FramePair, VideoSource

_log = logging.getLogger(__name__)


class PairDataset(Dataset[FramePair]):
    """Random pairs of a set of videos, each a function of (seed, index) alone.

    Neither the worker nor the items read before change what an index gives, so a resumed run sees what an
    uninterrupted one would have. Pass after pass over the videos, each pass in a new order; indices may go on past
    the length, which is that of one epoch (see :class:`~mpvss.data.epoch_sampler.EpochSampler`).

    Args:
        source: labelled videos; those of a single frame are left out, with a warning.
        max_gap: largest distance between the two frames, in frames, at least 1.
        transform: applied to each unbatched pair; it may draw from torch's default CPU generator. None: as read.
        num_pairs: pairs of an epoch; None for one per frame that has a frame before it.
        seed: at least 0.

    Raises:
        ValueError: if `max_gap`, `num_pairs` or `seed` is too small, or no video has two frames.
    """

    def __init__(
        self,
        source: VideoSource,
        max_gap: int,
        transform: Callable[[FramePair], FramePair] | None = None,
        num_pairs: int | None = None,
        seed: int = 0,
    ) -> None:
        if max_gap < 1:
            raise ValueError(f"max_gap must be at least 1 frame; got {max_gap}. Set data.max_gap (or interval).")
        if num_pairs is not None and num_pairs < 1:
            raise ValueError(f"num_pairs must be at least 1, or null for every frame once; got {num_pairs}.")
        if seed < 0:
            raise ValueError(f"seed must be at least 0; got {seed}.")
        self.source = source
        self.max_gap = max_gap
        self.transform = transform
        self.seed = seed
        self._videos = _videos_with_pairs(source)
        self._num_pairs = num_pairs or sum(source.num_frames(video) - 1 for video in self._videos)

    def __len__(self) -> int:
        return self._num_pairs

    def __getitem__(self, index: int) -> FramePair:
        """Return an unbatched pair: frames (3, H, W), labels (H, W), gap ()."""
        turn, place = divmod(index, len(self._videos))
        order = torch.randperm(len(self._videos), generator=_generator(self.seed, 0, turn))
        video = self._videos[int(order[place])]
        generator = _generator(self.seed, 1, index)
        key, frame = draw_pair(self.source.num_frames(video), self.max_gap, generator)
        pair = FramePair(
            *self.source.read(video, key), *self.source.read(video, frame), torch.tensor(frame - key, dtype=torch.int64)
        )
        if self.transform is None:
            return pair
        with torch.random.fork_rng(devices=[]):
            # Not torch.manual_seed: in the main process that would reset the GPU's generator too.
            torch.default_generator.set_state(generator.get_state())
            return self.transform(pair)


def _videos_with_pairs(source: VideoSource) -> list[int]:
    videos = [video for video in range(len(source)) if source.num_frames(video) >= 2]
    if not videos:
        raise ValueError(
            f"Training pairs need a clip of at least two frames; none of the {len(source)} clips has more than one."
        )
    single = sorted(set(range(len(source))) - set(videos))
    if single:
        names = ", ".join(source.name(video) for video in single)
        _log.warning("Left out of training, because a pair needs two frames and they have one: %s", names)
    return videos


def _generator(*key: int) -> torch.Generator:
    """Return a generator whose stream belongs to these numbers, at least 0, alone."""
    seed = np.random.SeedSequence(key).generate_state(1, np.uint64)[0]
    # torch seeds are signed.
    return torch.Generator().manual_seed(int(seed >> np.uint64(1)))
