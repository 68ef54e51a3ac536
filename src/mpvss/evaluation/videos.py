"""Whole videos, streamed once for all runs."""

from collections.abc import Iterator, Sequence
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor
from torch.utils.data import DataLoader

from mpvss.data import VideoChunks, VideoSource
from mpvss.evaluation.method_run import MethodRun
from mpvss.evaluation.progress import EvaluationProgress
from mpvss.output.progress import progress_bar
from mpvss.types import Chunk, ClassList


def evaluate_videos(
    runs: Sequence[MethodRun],
    source: VideoSource,
    videos: Sequence[int],
    progress: EvaluationProgress,
    device: torch.device,
    chunk: int,
    num_workers: int = 0,
    show_bar: bool = True,
) -> None:
    """Segment and score videos; their frames are read once for all runs.

    Args:
        runs: whose scores grow.
        source: labelled videos.
        videos: which of them; those that are done are passed over.
        progress: notes what is done.
        device: of the runs.
        chunk: frames at a time, which bounds the memory.
        num_workers: processes that read ahead.
        show_bar: whether to show a progress bar.
    """
    remaining = [video for video in videos if video not in set(progress.done)]
    dataset = VideoChunks(_Selection(source, remaining), chunk)
    loader = DataLoader(dataset, batch_size=None, num_workers=num_workers, pin_memory=device.type == "cuda")
    with progress_bar("frames", show_bar) as bar:
        total, left = (sum(map(source.num_frames, part)) for part in (videos, remaining))
        task = bar.add_task("evaluating", total=total, completed=total - left)
        for video, part in _numbered(loader, remaining):
            part = part._replace(frames=part.frames.to(device), labels=part.labels.to(device))
            begin_frames(runs, part.frames, part.labels)
            for run in runs:
                run.update(video, part)
            bar.advance(task, len(part.frames))
            if part.start + len(part.frames) == part.num_frames:
                progress.finish(video, runs)


@runtime_checkable
class SeesChunks(Protocol):
    """A segmentor that is told which frames come before it is given any of them."""

    def begin(self, frames: Tensor, labels: Tensor) -> None:
        """Take (T, 3, H, W) uint8 RGB frames and their (T, H, W) uint8 labels; those before do not come again."""


def begin_frames(runs: Sequence[MethodRun], frames: Tensor, labels: Tensor) -> None:
    """Tell segmentors that want to know which frames come.

    Args:
        runs: whose segmentors are told, each once.
        frames: (T, 3, H, W) uint8 RGB.
        labels: (T, H, W) uint8 classes or VOID.
    """
    for segmentor in {run.method.propagator.segmentor for run in runs}:
        if isinstance(segmentor, SeesChunks):
            segmentor.begin(frames, labels)


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
