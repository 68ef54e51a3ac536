"""One frame or label map of VSPW at 480 lines, by the data set's own rule."""

from pathlib import Path

import numpy as np
from PIL import Image

from mpvss.output.atomic import replacing

HEIGHT = 480
"""Lines of every frame."""

_GREY = ("L", "P")  # stored values are label codes, with or without a palette


def scaled_size(size: tuple[int, int]) -> tuple[int, int]:
    """Return (width, height) at 480 lines; a part of a pixel is cut off, as VSPW_480p has it.

    Args:
        size: (width, height) in pixels.

    Example:
        >>> scaled_size((1920, 1080))
        (853, 480)
    """
    width, height = size
    return int(HEIGHT * width / height), HEIGHT


def scale_frame(source: Path, target: Path, quality: int) -> bool:
    """Scale a frame, bilinearly and anti-aliased, unless that was done before.

    The file appears after what was written has been read back.

    Args:
        source: .jpg, .jpeg or .png.
        target: of the same ending.
        quality: of JPEG, 1..95.

    Returns:
        Whether it was written now.

    Raises:
        ValueError: if the source cannot be read, or what was written is not what should have been.
    """
    if _holds(target, _size_of(source)):
        return False
    frame = _open(source).convert("RGB")
    scaled = frame.resize(scaled_size(frame.size), Image.Resampling.BILINEAR)
    with replacing(target) as partial:
        scaled.save(partial, quality=quality)
        _check(_holds(partial, frame.size), target)
    return True


def scale_mask(source: Path, target: Path) -> bool:
    """Scale a label map, by nearest neighbour, unless that was done before.

    Args:
        source: 8-bit PNG of label codes.
        target: PNG.

    Returns:
        Whether it was written now.

    Raises:
        ValueError: if the source cannot be read or holds colours, or what was written has labels that it has not.
    """
    if _holds(target, _size_of(source)):
        return False
    mask = _open(source)
    if mask.mode not in _GREY:
        raise ValueError(f"{source} must be an 8-bit PNG of label codes; got colour mode {mask.mode}.")
    codes = Image.fromarray(np.asarray(mask, dtype=np.uint8))
    with replacing(target) as partial:
        codes.resize(scaled_size(codes.size), Image.Resampling.NEAREST).save(partial)
        written = _open(partial)
        is_right = written.size == scaled_size(codes.size) and not (_labels(written) & ~_labels(codes)).any()
        _check(is_right, target)
    return True


def _holds(target: Path, source_size: tuple[int, int]) -> bool:
    """Tell whether the whole file can be decoded and has the size that the source's should have."""
    try:
        return target.is_file() and _open(target).size == scaled_size(source_size)
    except ValueError:
        return False


def _size_of(path: Path) -> tuple[int, int]:
    try:
        with Image.open(path) as image:
            return image.size
    except (OSError, SyntaxError) as error:
        raise ValueError(f"{path} cannot be read as an image ({error}).") from error


def _open(path: Path) -> Image.Image:
    try:
        with Image.open(path) as image:
            image.load()
            return image
    except (OSError, SyntaxError) as error:  # Pillow's for a damaged PNG
        raise ValueError(f"{path} cannot be read as an image ({error}).") from error


def _labels(codes: Image.Image) -> np.ndarray:
    """Tell which labels occur, (256,) bool."""
    return np.bincount(np.asarray(codes).ravel(), minlength=256) > 0


def _check(is_right: bool, target: Path) -> None:
    if not is_right:
        raise ValueError(f"{target} was written, but read back as something else. Check the disk, and start again.")
