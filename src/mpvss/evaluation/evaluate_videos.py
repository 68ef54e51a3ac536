"""Whole videos, streamed once for all entrants."""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor
from torch.utils.data import DataLoader

from mpvss.data import ClipDataset
from mpvss.evaluation.entrant import Entrant
from mpvss.evaluation.notes import Notes
from mpvss.evaluation.shared_segmentor import SharedSegmentor
from mpvss.progress import progress_bar
from mpvss.segmentor import GroundTruth
from mpvss.types import ClassList, Clip, VideoSource


def evaluate_videos(
    entrants: Sequence[Entrant],
    source: VideoSource,
    videos: Sequence[int],
    notes: Notes,
    device: torch.device,
    chunk: int,
    num_workers: int = 0,
    progress: bool = True,
) -> None:
    """Segment and score videos; their frames are read once for all entrants.

    Args:
        entrants: whose scores grow.
        source: labelled videos.
        videos: which of them; what is done according to the notes is passed over.
        notes: are kept.
        device: of the entrants.
        chunk: frames at a time, which bounds the memory.
        num_workers: processes that read ahead.
        progress: whether to show a progress bar.
    """
    remaining = [video for video in videos if video not in set(notes.done)]
    dataset = ClipDataset(_Selection(source, remaining), chunk)
    loader = DataLoader(dataset, batch_size=None, num_workers=num_workers, pin_memory=device.type == "cuda")
    with progress_bar("frames", progress) as bar:
        total, left = (sum(map(source.num_frames, part)) for part in (videos, remaining))
        task = bar.add_task("evaluating", total=total, completed=total - left)
        for video, clip in _numbered(loader, remaining):
            clip = clip._replace(frames=clip.frames.to(device), labels=clip.labels.to(device))
            show_frames(entrants, clip.frames, clip.labels)
            for entrant in entrants:
                entrant.take(video, clip)
            bar.advance(task, len(clip.frames))
            if clip.start + len(clip.frames) == clip.num_frames:
                notes.finish(video, entrants)


def show_frames(entrants: Sequence[Entrant], frames: Tensor, labels: Tensor) -> None:
    """Announce new frames to segmentors that remember, or that are told the labels.

    Args:
        entrants: whose segmentors are told.
        frames: (T, 3, H, W) uint8 RGB.
        labels: (T, H, W) uint8 classes or VOID.
    """
    for segmentor in {entrant.method.propagator.segmentor for entrant in entrants}:
        if isinstance(segmentor, SharedSegmentor):
            segmentor.forget()
        elif isinstance(segmentor, GroundTruth):
            segmentor.show(frames, labels)


class _Selection:
    """Some of the videos of a source, as a source."""

    def __init__(self, source: VideoSource, videos: Sequence[int]) -> None:
        self.classes: ClassList = source.classes
        self._source = source
        self._videos = videos

    def __len__(self) -> int:
        return len(self._videos)

    def name(self, video: int) -> str:
        return self._source.name(self._videos[video])

    def num_frames(self, video: int) -> int:
        return self._source.num_frames(self._videos[video])

    def read(self, video: int, frame: int) -> tuple[Tensor, Tensor]:
        return self._source.read(self._videos[video], frame)


def _numbered(clips: "DataLoader[Clip]", videos: Sequence[int]) -> Iterator[tuple[int, Clip]]:
    """Say of each clip which video it is of."""
    remaining = iter(videos)
    video = -1
    for clip in clips:
        if clip.start == 0:
            video = next(remaining)
        yield video, clip
