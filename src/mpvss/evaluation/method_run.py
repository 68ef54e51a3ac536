"""A method with its key frames, and what it has scored so far."""

import time
from typing import Any

import torch
from torch import Tensor

from mpvss.evaluation.method import Method
from mpvss.evaluation.predictions import PredictionWriter
from mpvss.evaluation.shared_segmentor import SharedSegmentor
from mpvss.inference import ChunkSegmenter, VideoSegmenter
from mpvss.metrics import FrameCounts, VideoMetrics
from mpvss.propagation import fixed_interval
from mpvss.types import Chunk, FramePair, KeyFrameSchedule


class MethodRun:
    """Segment videos in one way, and keep score.

    Attributes:
        seconds: that segmentation took, without reading and scoring; timed as if nothing were cached.
        num_frames: segmented in that time.
        counts: key frames and other frames so far, of whole videos.

    Args:
        method: how.
        schedule: decides which frames are key frames.
        metrics: on the method's device.
        writer: stores the label maps; None: they are not kept.
    """

    def __init__(
        self,
        method: Method,
        schedule: KeyFrameSchedule,
        metrics: VideoMetrics,
        writer: PredictionWriter | None = None,
    ) -> None:
        self.method = method
        self.schedule = schedule
        self.metrics = metrics
        self.writer = writer
        self.seconds = 0.0
        self.num_frames = 0
        self.counts = FrameCounts()
        self._key_flags: list[bool] = []  # of the current video
        self._segmenter = ChunkSegmenter(VideoSegmenter(method.propagator, schedule))

    @property
    def interval(self) -> int:
        """The interval of the key frames, for what needs a fixed one.

        Raises:
            ValueError: if the schedule is another one.
        """
        return fixed_interval(self.schedule, "evaluation on sparsely labelled data").interval

    def update(self, video: int, chunk: Chunk) -> None:
        """Segment and score the next frames of a video.

        Args:
            video: its number in the data.
            chunk: on the method's device; the chunks of a video come in order.
        """
        begin = self._clock()
        scored = self._segmenter.segment(chunk)
        if chunk.frames.is_cuda:
            torch.cuda.synchronize(chunk.frames.device)
        self.seconds += self._clock() - begin
        self.num_frames += len(chunk.frames)
        self.metrics.update(*scored)
        if chunk.start == 0:
            self._key_flags = []
        self._key_flags += scored.key.tolist()
        if chunk.start + len(chunk.frames) == chunk.num_frames:
            self.counts = self.counts.plus(FrameCounts.of(self._key_flags))
        if self.writer:
            self.writer.write(video, scored.start, scored.prediction)

    def update_pairs(self, place: tuple[int, int], pair: FramePair, prediction: Tensor) -> None:
        """Score a labelled frame, predicted from several key frames; those too far for the interval l do not count.

        Stored is the prediction from the last of the key frames 0, l, 2l, ...

        Args:
            place: number of the video, and of the frame in it.
            pair: B times the frame, with a key frame each.
            prediction: (B, H, W) uint8 classes.
        """
        self.metrics.update_pairs(prediction, pair.labels, pair.gap)
        gaps = pair.gap[pair.gap < self.interval].tolist()
        self.counts = self.counts.plus(FrameCounts(key=gaps.count(0), non_key=len(gaps) - gaps.count(0)))
        if self.writer:
            on_grid = pair.gap == place[1] % self.interval
            self.writer.write(*place, prediction[on_grid])

    def state(self) -> dict[str, Any]:  # tensors and numbers
        """Return a copy of the score so far, to go on from by `restore`; to be taken between videos."""
        numbers = {"seconds": self.seconds, "num_frames": self.num_frames, "counts": list(self.counts)}
        return {"metrics": self.metrics.state(), **numbers}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a `state` of the same run."""
        self.metrics.restore(state["metrics"])
        self.seconds, self.num_frames = state["seconds"], state["num_frames"]
        self.counts = FrameCounts(*state["counts"])

    def _clock(self) -> float:
        """Return seconds as they would have passed if nothing were cached."""
        segmentor = self.method.propagator.segmentor
        saved = segmentor.seconds_saved if isinstance(segmentor, SharedSegmentor) else 0.0
        return time.perf_counter() + saved
