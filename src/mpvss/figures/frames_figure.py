"""The figure of consecutive frames, segmented in several ways (Fig. 1 and 4 of the paper)."""

from collections.abc import Mapping, Sequence

from torch import Tensor

from mpvss.drawing import (
    class_legend,
    contact_sheet,
    mark_errors,
    overlay,
    page,
    resize,
    resize_nearest,
    tag,
    wrong_pixels,
)
from mpvss.figures.flow_figure import cell_size
from mpvss.inference import VideoSegmenter
from mpvss.propagation import FixedInterval
from mpvss.types import VOID, ClassList, Propagator

_CELL_WIDTH = 320


def frames_figure(
    methods: Mapping[str, Propagator],
    frames: Tensor,
    classes: ClassList,
    title: str = "Consecutive frames",
    truth: Tensor | None = None,
    numbers: Sequence[int] | None = None,
) -> Tensor:
    """Draw frames of a video, their true labels, and what each method says, one below the other.

    The first frame is the only key frame. Where the truth is known, wrong pixels are hatched, and the share of right
    ones is written on each picture.

    Args:
        methods: by name, in eval mode.
        frames: (T, 3, H, W) uint8 RGB.
        classes: that all methods predict.
        title: of the figure.
        truth: (T, H, W) uint8 classes or VOID; None where it is not known.
        numbers: of the frames in their video; None counts from 0.

    Returns:
        (3, h, w) uint8 RGB.

    Raises:
        ValueError: if frames or methods are not what `VideoSegmenter` asks for.
    """
    predictions = {name: segment_from_first(method, frames) for name, method in methods.items()}
    size = cell_size(frames[0], _CELL_WIDTH)
    pictures = [resize(frame, size) for frame in frames]
    rows, captions = [pictures], ["frame"]
    if truth is not None:
        rows.append([paint(picture, labels, classes) for picture, labels in zip(pictures, truth, strict=True)])
        captions.append("truth")
    for name, labels in predictions.items():
        rows.append([paint(picture, part, classes) for picture, part in zip(pictures, labels, strict=True)])
        if truth is not None:
            rows[-1] = [marked(*cell) for cell in zip(rows[-1], labels, truth, strict=True)]
        captions.append(name)
    numbers = range(len(frames)) if numbers is None else numbers
    titles = [f"frame {number}" + (", key frame" if index == 0 else "") for index, number in enumerate(numbers)]
    sheet = contact_sheet(rows, titles, captions, _CELL_WIDTH)
    maps = [*predictions.values()] + ([] if truth is None else [truth])
    return page(title, sheet, class_legend(maps, classes, sheet.shape[-1], with_errors=truth is not None))


def segment_from_first(method: Propagator, frames: Tensor) -> Tensor:
    """Label frames (T, 3, H, W) with the first as the only key frame: (T, H, W) uint8."""
    return VideoSegmenter(method, FixedInterval(len(frames) + 1)).segment_video(frames).labels


def paint(picture: Tensor, labels: Tensor, classes: ClassList) -> Tensor:
    """Overlay labels (h, w) on a picture (3, H, W) of another size."""
    return overlay(picture, resize_nearest(labels, (picture.shape[-2], picture.shape[-1])), classes.colours)


def marked(picture: Tensor, labels: Tensor, truth: Tensor) -> Tensor:
    """Hatch the wrong pixels of a painted picture (3, H, W), and write the share of right ones on it."""
    wrong = wrong_pixels(labels, truth)
    hatched = mark_errors(picture, resize_nearest(wrong, (picture.shape[-2], picture.shape[-1])))
    scored = int((truth != VOID).sum())
    return hatched if not scored else tag(hatched, f"{100 * (1 - int(wrong.sum()) / scored):.1f} % right", scale=2.5)
