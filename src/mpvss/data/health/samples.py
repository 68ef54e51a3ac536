"""A sheet of frames with their labels painted over, for a person to look at."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor
from torchvision.io import write_png

from mpvss.data.health.clip_findings import ClipFindings
from mpvss.data.health.inspector import Inspector
from mpvss.drawing import contact_sheet, legend, overlay
from mpvss.output.atomic import replacing
from mpvss.types import ClassList

_PER_SPLIT = 4
_PER_ROW = 2


def draw_samples(inspectors: Mapping[str, Inspector], reports: Sequence[ClipFindings], path: Path) -> None:
    """Draw some frames of each split, evenly spread over those of its undamaged clips, beside their labels.

    Where every clip is damaged there is nothing to draw, and no file is written.

    Args:
        inspectors: by the name of their split.
        reports: of all their clips.
        path: target PNG.
    """
    damaged = {
        (report.split, report.clip)
        for report in reports
        if any(not problem.is_note for problem in report.problems) or not report.num_frames
    }
    rows, captions = [], []
    for split, inspector in inspectors.items():
        frames = [
            (clip, frame)
            for clip in range(len(inspector))
            if (split, inspector.name(clip)) not in damaged
            for frame in range(inspector.num_frames(clip))
        ]
        chosen = [frames[(2 * index + 1) * len(frames) // (2 * _PER_SPLIT)] for index in range(_PER_SPLIT) if frames]
        for start in range(0, len(chosen), _PER_ROW):
            row = chosen[start : start + _PER_ROW]
            rows.append([picture for place in row for picture in _pictures(inspector, *place)])
            places = (f"{inspector.name(clip)}, frame {frame}" for clip, frame in row)
            captions.append(f"{split}:  {'   |   '.join(places)}")
    if not rows:
        return
    shape = rows[0][0].shape[-2:]
    sheet = contact_sheet(
        [[_fit(picture, shape) for picture in row] for row in rows], ("frame", "labels") * _PER_ROW, captions
    )
    with replacing(path) as partial:
        write_png(sheet, str(partial))


def _pictures(inspector: Inspector, clip: int, frame: int) -> tuple[Tensor, Tensor]:
    image, labels, _ = inspector.read(clip, frame)
    assert image is not None  # the clip is undamaged
    return image, image if labels is None else _painted(image, labels, inspector.classes)


def _painted(image: Tensor, labels: Tensor, classes: ClassList) -> Tensor:
    return legend(overlay(image, labels, classes.colours), labels, classes)


def _fit(picture: Tensor, shape: torch.Size) -> Tensor:
    """Pad a picture with white to the proportions of the first, so that portrait frames are not distorted."""
    height, width = picture.shape[-2:]
    missing_width = max(0, round(height * shape[1] / shape[0]) - width)
    missing_height = max(0, round(width * shape[0] / shape[1]) - height)
    sides = (missing_width // 2, missing_width - missing_width // 2)
    ends = (missing_height // 2, missing_height - missing_height // 2)
    return F.pad(picture, (*sides, *ends), value=255)
