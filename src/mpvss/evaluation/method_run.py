"""A method at an interval, and what it has scored so far."""

import time
from typing import Any

import torch
from torch import Tensor

from mpvss.evaluation.method import Method
from mpvss.evaluation.predictions import PredictionWriter
from mpvss.evaluation.shared_segmentor import SharedSegmentor
from mpvss.inference import ChunkSegmenter, VideoSegmenter
from mpvss.metrics import VideoMetrics
from mpvss.types import Chunk, FramePair, KeyFrameSchedule


class MethodRun:
    """Segment videos in one way, and keep score.

    Attributes:
        seconds: that segmentation took, without reading and scoring; shared work counts as if it were not shared.
        num_frames: segmented in that time.

    Args:
        method: how.
        interval: frames from one key frame to the next.
        schedule: decides which frames are key frames.
        metrics: on the method's device.
        writer: stores the label maps; None: they are not kept.
    """

    def __init__(
        self,
        method: Method,
        interval: int,
        schedule: KeyFrameSchedule,
        metrics: VideoMetrics,
        writer: PredictionWriter | None = None,
    ) -> None:
        self.method = method
        self.interval = interval
        self.metrics = metrics
        self.writer = writer
        self.seconds = 0.0
        self.num_frames = 0
        self._segmenter = ChunkSegmenter(VideoSegmenter(method.propagator, schedule))

    def update(self, video: int, chunk: Chunk) -> None:
        """Segment and score the next frames of a video.

        Args:
            video: its number in the data.
            chunk: on the method's device; the clips of a video come in order.
        """
        begin = self._clock()
        scored = self._segmenter.segment(chunk)
        if chunk.frames.is_cuda:
            torch.cuda.synchronize(chunk.frames.device)
        self.seconds += self._clock() - begin
        self.num_frames += len(chunk.frames)
        self.metrics.update(*scored)
        if self.writer:
            self.writer.write(video, scored.start, scored.prediction)

    def update_pairs(self, place: tuple[int, int], pair: FramePair, prediction: Tensor) -> None:
        """Score a labelled frame, predicted from several key frames; those too far for the interval do not count.

        Stored is the prediction from the last of the key frames 0, l, 2l, ...

        Args:
            place: number of the video, and of the frame in it.
            pair: B times the frame, with a key frame each.
            prediction: (B, H, W) uint8 classes.
        """
        self.metrics.update_pairs(prediction, pair.labels, pair.gap)
        if self.writer:
            on_grid = pair.gap == place[1] % self.interval
            self.writer.write(*place, prediction[on_grid])

    def state(self) -> dict[str, Any]:  # tensors and numbers
        """Return a copy of the score so far, to go on from by `restore`; to be taken between videos."""
        return {"metrics": self.metrics.state(), "seconds": self.seconds, "num_frames": self.num_frames}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a `state` of the same run."""
        self.metrics.restore(state["metrics"])
        self.seconds, self.num_frames = state["seconds"], state["num_frames"]

    def _clock(self) -> float:
        """Return seconds as they would have passed if nothing were shared."""
        segmentor = self.method.propagator.segmentor
        saved = segmentor.seconds_saved if isinstance(segmentor, SharedSegmentor) else 0.0
        return time.perf_counter() + saved
