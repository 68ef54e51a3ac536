"""A video of several methods side by side."""

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import chain
from pathlib import Path

from torch import Tensor

from mpvss.figures.flow_figure import cell_size
from mpvss.figures.frames_figure import marked, paint
from mpvss.inference import VideoSegmenter, VideoWriter
from mpvss.pictures import contact_sheet, legend, page, resize
from mpvss.progress import progress_bar
from mpvss.types import ClassList

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
