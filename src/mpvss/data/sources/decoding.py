"""From the bytes of a picture to frames and label codes."""

import io
import re

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torchvision.io import ImageReadMode, decode_image

from mpvss.data.health.problems import DamagedFileError, Kind, Problem

_PALETTE = 3  # PNG's colour type


def decode_rgb(content: bytes, name: str) -> Tensor:
    """Decode a frame.

    Args:
        content: a JPEG or PNG file.
        name: of the file, for the error.

    Returns:
        (3, H, W) uint8 RGB.

    Raises:
        ValueError: if it cannot be decoded, or has more than 8 bits per channel.
    """
    image = _decode(content, name, ImageReadMode.RGB)
    if image.dtype != torch.uint8:
        problem = Problem(Kind.WRONG_FORMAT, name, f"must have 8 bits per channel; got {image.dtype}")
        raise DamagedFileError(problem, "Save it with 8 bits.")
    return image


def decode_codes(content: bytes, name: str) -> Tensor:
    """Decode a label map: grey values, or the numbers of the colours of a palette, not the colours.

    Args:
        content: a PNG file.
        name: of the file, for the error.

    Returns:
        (H, W) uint8 codes as stored.

    Raises:
        ValueError: if it cannot be decoded, or does not hold one byte per pixel.
    """
    bits, colour_type = _png_header(content)
    if colour_type == _PALETTE and bits < 8:
        return _packed_palette(content, name)  # torchvision leaves them packed, and hands out what memory held
    codes = _decode(content, name, ImageReadMode.UNCHANGED)
    if len(codes) != 1 or codes.dtype != torch.uint8 or bits < 8:
        found = f"{len(codes)} channels of {codes.dtype}" if bits >= 8 else f"{bits}-bit grey"
        text = f"must be an 8-bit grey PNG of label codes; got {found}. Store the codes themselves, not their colours"
        raise DamagedFileError(Problem(Kind.WRONG_FORMAT, name, text), "Write the file anew.")
    return codes[0]


def check_same_size(image: Tensor, labels: Tensor, image_name: str, labels_name: str) -> None:
    """Refuse a label map that is not as large as its frame.

    Args:
        image: (3, H, W).
        labels: (H, W).
        image_name: of the frame's file, for the error.
        labels_name: of the label map's file.

    Raises:
        ValueError: if the sizes differ.
    """
    if image.shape[1:] != labels.shape:
        text = (
            f"must have the size of its frame {image_name}, {image.shape[2]}x{image.shape[1]}; "
            f"got {labels.shape[1]}x{labels.shape[0]} (width x height)"
        )
        raise DamagedFileError(Problem(Kind.WRONG_SIZE, labels_name, text), "Write it anew at the frame's size.")


def _decode(content: bytes, name: str, mode: ImageReadMode) -> Tensor:
    try:
        # An empty file has no bytes to share memory with.
        return decode_image(torch.frombuffer(bytearray(content or b"\0"), dtype=torch.uint8), mode)
    except RuntimeError as error:
        # Without torchvision's own source line.
        raise _unreadable(name, content, re.sub(r"^.*?\.cpp:\d+, ", "", str(error).splitlines()[0])) from error


def _packed_palette(content: bytes, name: str) -> Tensor:
    try:
        with Image.open(io.BytesIO(content)) as picture:
            return torch.from_numpy(np.array(picture, np.uint8))
    except (OSError, ValueError, SyntaxError) as error:  # what Pillow raises for damage
        raise _unreadable(name, content, str(error)) from error


def _unreadable(name: str, content: bytes, reason: str) -> DamagedFileError:
    text = f"cannot be read as an image ({len(content)} bytes): {reason}. It may have been cut short"
    return DamagedFileError(
        Problem(Kind.UNREADABLE, name, text), "Copy or download it again, or take its clip off the list."
    )


def _png_header(content: bytes) -> tuple[int, int]:
    """Return bits per channel and colour type of a PNG; of anything else, 8 and 0."""
    is_png = content[:8] == b"\x89PNG\r\n\x1a\n" and len(content) > 25
    return (content[24], content[25]) if is_png else (8, 0)
