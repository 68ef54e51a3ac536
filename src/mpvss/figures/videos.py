"""Labelled videos as models see them: overlay videos, and a sheet of frame, flow, prediction and truth."""

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import chain
from pathlib import Path

import torch
from torch import Tensor
from torchvision.io import write_png

from mpvss.data import VideoSource
from mpvss.drawing import contact_sheet, flow_to_rgb, key_frame_tag, legend, overlay, page, resize, resize_nearest
from mpvss.figures.flow_figure import cell_size
from mpvss.figures.frames_figure import marked, paint
from mpvss.inference import VideoSegmenter
from mpvss.output.atomic import replacing
from mpvss.output.progress import progress_bar
from mpvss.types import ClassList
from mpvss.video import VideoWriter

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
                writer.write(key_frame_tag(picture) if key else picture)


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


_CELL_WIDTH = 400
_COLUMNS = 3


def write_methods_video(
    segmenters: Mapping[str, VideoSegmenter],
    chunks: Iterable[tuple[Tensor, Tensor | None]],
    classes: ClassList,
    path: Path,
    title: str,
    frame_rate: Fraction,
) -> None:
    """Segment a video in several ways, and write frame, truth where it is known, and every method side by side.

    Args:
        segmenters: by name, at least one; are reset first.
        chunks: consecutive frames, (T, 3, H, W) uint8 RGB, and their labels, (T, H, W), or None.
        classes: that all of them predict.
        path: target video file.
        title: written above the pictures.
        frame_rate: frames per second.

    Raises:
        ValueError: if there are no frames, they are not what `VideoSegmenter` asks for, or a method looks ahead.
    """
    ahead = [name for name, segmenter in segmenters.items() if segmenter.propagator.needs_next_key]
    if ahead:
        raise ValueError(
            f"side by side, methods must decide frames as they come; {', '.join(ahead)} waits for the next key frame. "
            "Choose propagation=masks, or set side_by_side=false."
        )
    pages = _pages(segmenters, chunks, classes, title)
    first = next(pages, None)
    if first is None:
        raise ValueError(f"{path} would be a video without frames. Name a source that has some.")
    size = (first.shape[-2], first.shape[-1])
    with VideoWriter(path, frame_rate, size) as writer, progress_bar("frames") as bar:
        task = bar.add_task(path.name, total=None)
        for picture in chain([first], pages):
            writer.write(picture)
            bar.advance(task)


def _pages(
    segmenters: Mapping[str, VideoSegmenter],
    chunks: Iterable[tuple[Tensor, Tensor | None]],
    classes: ClassList,
    title: str,
) -> Iterator[Tensor]:
    for segmenter in segmenters.values():
        segmenter.reset()
    for frames, truth in chunks:
        size = cell_size(frames[0], _CELL_WIDTH)
        segmented = {name: segmenter.segment(frames) for name, segmenter in segmenters.items()}
        for index, frame in enumerate(frames):
            picture = resize(frame, size)
            named = truth[index] if truth is not None else list(segmented.values())[-1].labels[index]
            cells = {"frame": legend(picture, named, classes)}
            if truth is not None:
                cells["truth"] = paint(picture, truth[index], classes)
            for name, result in segmented.items():
                cell = paint(picture, result.labels[index], classes)
                if truth is not None:
                    cell = marked(cell, result.labels[index], truth[index])
                cells[f"{name}, key frame" if result.key[index] else name] = cell
            yield page(title, *_tables(cells))


def _tables(cells: Mapping[str, Tensor]) -> list[Tensor]:
    """Rows of `_COLUMNS` pictures."""
    titled = list(cells.items())
    rows = [titled[start : start + _COLUMNS] for start in range(0, len(titled), _COLUMNS)]
    return [contact_sheet([[cell for _, cell in row]], [name for name, _ in row], (), _CELL_WIDTH) for row in rows]
