"""Several ways to segment the same videos, scored and costed side by side."""

import time
from collections.abc import Iterable
from typing import NamedTuple

import torch
from torch import Tensor

from mpvss.inference import ClipSegmenter, VideoSegmenter, repeated_key
from mpvss.metrics import VideoMetrics, count_macs
from mpvss.propagation import FixedInterval, PropagatorModule, label_map
from mpvss.types import Clip, Prediction


class Method(NamedTuple):
    """One way to segment videos.

    Attributes:
        name: as it appears in the table.
        propagator: in eval mode.
        interval: of its key frames, in frames.
    """

    name: str
    propagator: PropagatorModule
    interval: int


class MethodScore(NamedTuple):
    """What a method achieves and what it costs.

    Attributes:
        name: of the method.
        scores: mIoU, WIoU, mVC8, mVC16 in percent; undefined ones absent.
        gmacs: 1e9 multiply-accumulates per frame, averaged over an interval, aggregation included.
        frames_per_second: of segmentation alone, frames in memory to labels in memory, model on its device.
    """

    name: str
    scores: dict[str, float]
    gmacs: float
    frames_per_second: float


def compare(method: Method, clips: Iterable[Clip], metrics: VideoMetrics) -> MethodScore:
    """Score one method on streamed videos.

    Args:
        method: what to score.
        clips: consecutive labelled frames; those of one video come in order.
        metrics: is reset first.

    Returns:
        Scores, cost and speed.
    """
    segmenter = ClipSegmenter(VideoSegmenter(method.propagator, FixedInterval(method.interval)))
    metrics.reset()
    seconds, num_frames, last = 0.0, 0, None
    for clip in clips:
        begin = time.perf_counter()
        prediction, labels, start = segmenter.segment(clip)
        prediction = prediction.cpu()  # waits for the device
        seconds += time.perf_counter() - begin
        num_frames += len(prediction)
        metrics.update(prediction, labels, start)
        last = clip.frames[:1]
    if last is None:
        raise ValueError("there is no video to compare methods on; got no clips.")
    return MethodScore(
        method.name, metrics.compute(), _gmacs_per_frame(method, last), frames_per_second=num_frames / seconds
    )


def _gmacs_per_frame(method: Method, frame: Tensor) -> float:
    device = next(method.propagator.parameters()).device
    frame = frame.to(device)
    size = (frame.shape[-2], frame.shape[-1])
    with torch.inference_mode():
        state = method.propagator.start(frame)
    key = count_macs(lambda: label_map(Prediction(method.propagator.start(frame).segments), size)).total
    if method.interval == 1:
        return key / 1e9
    next_key = repeated_key(method.propagator, state)
    other = count_macs(lambda: label_map(method.propagator.step(state, frame, next_key), size)).total
    return (key + (method.interval - 1) * other) / method.interval / 1e9
