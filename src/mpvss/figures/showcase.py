"""Pictures of a labelled video: an overlay video, and a sheet of frame, flow, prediction and truth."""

from fractions import Fraction
from pathlib import Path

import torch
from torch import Tensor
from torchvision.io import write_png

from mpvss.atomic import replacing
from mpvss.inference import VideoSegmenter, VideoWriter
from mpvss.pictures import contact_sheet, flow_to_rgb, key_tag, legend, overlay, resize_nearest
from mpvss.types import ClassList, VideoSource

_SCALE = 4
"""Frames of less than 240 rows are shown this much larger, so that legends can be read."""


def write_overlay_video(
    segmenter: VideoSegmenter, source: VideoSource, videos: list[int], path: Path, frame_rate: Fraction = Fraction(10)
) -> None:
    """Segment videos of a source and write them, one after the other, with their labels painted over.

    Args:
        segmenter: is reset first.
        source: labelled videos, all of one size.
        videos: which of them.
        path: target video file.
        frame_rate: frames per second.
    """
    first = _enlarge(source.read(videos[0], 0)[0])
    with VideoWriter(path, frame_rate, (first.shape[-2], first.shape[-1])) as writer:
        for video in videos:
            frames, _ = _read(source, video)
            segmented = segmenter.segment_video(frames)
            for frame, labels, key in zip(frames, segmented.labels, segmented.key.tolist(), strict=True):
                picture = _paint(frame, labels, source.classes)
                writer.write(key_tag(picture) if key else picture)


def write_contact_sheet(
    segmenter: VideoSegmenter, source: VideoSource, video: int, num_frames: int, path: Path
) -> None:
    """Segment the first frames of a video and write frame, flow, prediction and truth of each, one row a frame.

    Args:
        segmenter: is reset first; with flow, so its propagator must estimate it.
        source: labelled videos.
        video: which of them.
        num_frames: rows.
        path: target PNG.
    """
    frames, labels = _read(source, video, num_frames)
    segmented = segmenter.segment_video(frames)
    if segmented.flow is None:
        raise ValueError(
            "a contact sheet shows flow; got a segmenter without any. Use interval 2 or more, and "
            "VideoSegmenter(..., with_flow=True)."
        )
    radius = segmented.flow.square().sum(1).sqrt().max().item() or 1.0  # where nothing moves, any will do
    rows, captions = [], []
    for index, frame in enumerate(frames):
        flow = flow_to_rgb(segmented.flow[index], radius)
        rows.append(
            [
                _enlarge(frame),
                resize_nearest(flow, (frame.shape[-2], frame.shape[-1])),
                _paint(frame, segmented.labels[index], source.classes),
                _paint(frame, labels[index], source.classes),
            ]
        )
        captions.append(f"frame {index}" + (", key frame" if segmented.key[index] else ""))
    sheet = contact_sheet(rows, ("frame", "flow to the key frame", "prediction", "truth"), captions)
    with replacing(path) as partial:
        write_png(sheet, str(partial))


def _read(source: VideoSource, video: int, num_frames: int | None = None) -> tuple[Tensor, Tensor]:
    indices = range(num_frames or source.num_frames(video))
    frames, labels = zip(*(source.read(video, index) for index in indices), strict=True)
    return torch.stack(frames), torch.stack(labels)


def _paint(frame: Tensor, labels: Tensor, classes: ClassList) -> Tensor:
    large = _enlarge(frame)
    large_labels = resize_nearest(labels, (large.shape[-2], large.shape[-1]))
    return legend(overlay(large, large_labels, classes.colours), large_labels, classes)


def _enlarge(frame: Tensor) -> Tensor:
    height, width = frame.shape[-2:]
    return frame if height >= 240 else resize_nearest(frame, (height * _SCALE, width * _SCALE))
