"""Whole videos, streamed once for all runs."""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor
from torch.utils.data import DataLoader

from mpvss.data import VideoChunks, VideoSource
from mpvss.evaluation.method_run import MethodRun
from mpvss.evaluation.oracle import GroundTruth
from mpvss.evaluation.progress import EvaluationProgress
from mpvss.evaluation.shared_segmentor import SharedSegmentor
from mpvss.output.progress import progress_bar
from mpvss.types import Chunk, ClassList


def evaluate_videos(
    runs: Sequence[MethodRun],
    source: VideoSource,
    videos: Sequence[int],
    notes: EvaluationProgress,
    device: torch.device,
    chunk: int,
    num_workers: int = 0,
    progress: bool = True,
) -> None:
    """Segment and score videos; their frames are read once for all runs.

    Args:
        runs: whose scores grow.
        source: labelled videos.
        videos: which of them; what is done according to the notes is passed over.
        notes: are kept.
        device: of the runs.
        chunk: frames at a time, which bounds the memory.
        num_workers: processes that read ahead.
        progress: whether to show a progress bar.
    """
    remaining = [video for video in videos if video not in set(notes.done)]
    dataset = VideoChunks(_Selection(source, remaining), chunk)
    loader = DataLoader(dataset, batch_size=None, num_workers=num_workers, pin_memory=device.type == "cuda")
    with progress_bar("frames", progress) as bar:
        total, left = (sum(map(source.num_frames, part)) for part in (videos, remaining))
        task = bar.add_task("evaluating", total=total, completed=total - left)
        for video, part in _numbered(loader, remaining):
            part = part._replace(frames=part.frames.to(device), labels=part.labels.to(device))
            show_frames(runs, part.frames, part.labels)
            for run in runs:
                run.update(video, part)
            bar.advance(task, len(part.frames))
            if part.start + len(part.frames) == part.num_frames:
                notes.finish(video, runs)


def show_frames(runs: Sequence[MethodRun], frames: Tensor, labels: Tensor) -> None:
    """Announce new frames to segmentors that remember, or that are told the labels.

    Args:
        runs: whose segmentors are told.
        frames: (T, 3, H, W) uint8 RGB.
        labels: (T, H, W) uint8 classes or VOID.
    """
    for segmentor in {run.method.propagator.segmentor for run in runs}:
        if isinstance(segmentor, SharedSegmentor):
            segmentor.forget()
        elif isinstance(segmentor, GroundTruth):
            segmentor.show(frames, labels)


class _Selection(VideoSource):
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

    def frame_name(self, video: int, frame: int) -> str:
        return self._source.frame_name(self._videos[video], frame)

    def read(self, video: int, frame: int) -> tuple[Tensor, Tensor]:
        return self._source.read(self._videos[video], frame)


def _numbered(chunks: "DataLoader[Chunk]", videos: Sequence[int]) -> Iterator[tuple[int, Chunk]]:
    """Say of each chunk which video it is of."""
    remaining = iter(videos)
    video = -1
    for chunk in chunks:
        if chunk.start == 0:
            video = next(remaining)
        yield video, chunk
