"""One frame and its label map, read from two image files."""

import re
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor
from torchvision.io import ImageReadMode, decode_image, read_file

from mpvss.data.problem import Kind, Problem, empty_file
from mpvss.types import VOID


class LabelledFrame(NamedTuple):
    """What could be read of a frame.

    Attributes:
        image: (3, H, W) uint8 RGB; None if it cannot be used.
        labels: (H, W) uint8 classes or VOID; None if they cannot be used, or there are none.
        problems: all that is wrong.
    """

    image: Tensor | None
    labels: Tensor | None
    problems: tuple[Problem, ...] = ()


def read_labelled_frame(image_path: Path, mask_path: Path | None, num_classes: int) -> LabelledFrame:
    """Decode a frame and its label map, whose stored codes are 0 and 255 for void, else class + 1.

    Args:
        image_path: the frame.
        mask_path: its label map; None to read the frame alone.
        num_classes: K.
    """
    problems = []
    image = _decode(image_path, ImageReadMode.RGB)
    if isinstance(image, Tensor) and image.dtype != torch.uint8:
        image = Problem(Kind.WRONG_FORMAT, str(image_path), f"must have 8 bits per channel; got {image.dtype}")
    if isinstance(image, Problem):
        problems.append(image)
    if mask_path is None:
        return LabelledFrame(_tensor(image), None, tuple(problems))
    codes = _decode(mask_path, ImageReadMode.UNCHANGED)
    labels = codes if isinstance(codes, Problem) else _labels(codes, mask_path, num_classes)
    if isinstance(labels, Problem):
        problems.append(labels)
    if isinstance(image, Tensor) and isinstance(codes, Tensor) and image.shape[1:] != codes.shape[1:]:
        problems.append(
            Problem(
                Kind.WRONG_SIZE,
                str(mask_path),
                f"must have the size of its frame {image_path.name}, {image.shape[2]}x{image.shape[1]}; "
                f"got {codes.shape[2]}x{codes.shape[1]} (width x height)",
            )
        )
    return LabelledFrame(_tensor(image), _tensor(labels), tuple(problems))


def _tensor(read: Tensor | Problem) -> Tensor | None:
    return read if isinstance(read, Tensor) else None


def _decode(path: Path, mode: ImageReadMode) -> Tensor | Problem:
    if not path.is_file():
        kind = Kind.MISSING_FRAME if mode is ImageReadMode.RGB else Kind.MISSING_MASK
        return Problem(kind, str(path), "is missing")
    num_bytes = path.stat().st_size
    if not num_bytes:
        return empty_file(path)
    try:
        return decode_image(read_file(str(path)), mode)
    except RuntimeError as error:
        reason = re.sub(r"^.*?\.cpp:\d+, ", "", str(error).splitlines()[0])  # without torchvision's own source line
        text = f"cannot be read as an image ({num_bytes} bytes): {reason}. It may have been cut short"
        return Problem(Kind.UNREADABLE, str(path), text)


def _labels(codes: Tensor, path: Path, num_classes: int) -> Tensor | Problem:
    if codes.shape[0] != 1 or codes.dtype != torch.uint8:
        return Problem(
            Kind.WRONG_FORMAT,
            str(path),
            f"must be an 8-bit grey PNG of label codes; got {codes.shape[0]} channels of {codes.dtype}. "
            "Store the codes themselves, not their colours",
        )
    labels = codes[0] - 1  # uint8: 0 wraps round to 255, which is VOID
    labels[codes[0] == VOID] = VOID
    wrong = codes[0][(labels >= num_classes) & (labels != VOID)]
    if wrong.numel():
        return Problem(
            Kind.UNKNOWN_LABEL,
            str(path),
            f"holds label {', '.join(map(str, wrong.unique().tolist()))}; with {num_classes} classes labels must be "
            f"1..{num_classes}, or 0 or 255 for void. Check the file, or the class names",
        )
    return labels
