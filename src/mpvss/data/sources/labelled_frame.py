"""One frame and its label map, read from two image files."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TypeVar

from torch import Tensor

from mpvss.data.health.problems import DamagedFileError, Kind, Problem, empty_file
from mpvss.data.sources.decoding import check_same_size, decode_codes, decode_rgb
from mpvss.data.sources.label_codes import LabelCodes

_T = TypeVar("_T")


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


def read_labelled_frame(image_path: Path, mask_path: Path | None, codes: LabelCodes) -> LabelledFrame:
    """Decode a frame and its label map.

    Args:
        image_path: the frame.
        mask_path: its label map; None to read the frame alone.
        codes: what the stored codes mean.
    """
    problems: list[Problem] = []
    image = _read(image_path, decode_rgb, Kind.MISSING_FRAME, problems)
    if mask_path is None:
        return LabelledFrame(image, None, tuple(problems))
    stored = _read(mask_path, decode_codes, Kind.MISSING_MASK, problems)
    labels = None if stored is None else _kept(lambda: codes(stored, str(mask_path)), problems)
    if image is not None and stored is not None:
        _kept(lambda: check_same_size(image, stored, image_path.name, str(mask_path)), problems)
    return LabelledFrame(image, labels, tuple(problems))


def _read(path: Path, decode: Callable[[bytes, str], Tensor], absence: Kind, problems: list[Problem]) -> Tensor | None:
    """Decode a file, or add what is wrong with it."""
    content = path.read_bytes() if path.is_file() else None
    if not content:
        problems.append(Problem(absence, str(path), "is missing") if content is None else empty_file(path))
        return None
    return _kept(lambda: decode(content, str(path)), problems)


def _kept(work: Callable[[], _T], problems: list[Problem]) -> _T | None:
    """Do what may find damage, and keep it instead of raising."""
    try:
        return work()
    except DamagedFileError as error:
        problems.append(error.problem)
        return None
