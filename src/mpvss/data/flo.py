"""Middlebury's file format of dense flow, .flo (Baker et al., IJCV 2011)."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

_MAGIC = 202021.25  # its four bytes spell "PIEH"
_HEADER = 12
_UNKNOWN = 1e9


def read_flo(path: str | Path) -> tuple[Tensor, Tensor]:
    """Read dense flow.

    Convention:
        Channel 0 is x (right), channel 1 is y (down), in pixels. The file is little-endian: float32 202021.25, int32
        width, int32 height, then (x, y) of every pixel, row by row; a value beyond 1e9 means unknown.

    Args:
        path: the file.

    Returns:
        (2, H, W) float32 displacement, 0 where unknown, and (H, W) bool, where it is known.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if it is no .flo file, or not as long as its header says.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing. Restore it, or check the data set's root.")
    content = path.read_bytes()
    if len(content) < _HEADER or np.frombuffer(content, "<f4", count=1)[0] != _MAGIC:
        raise ValueError(
            f"{path} must be a .flo file, which starts with the bytes {np.array(_MAGIC, '<f4').tobytes()!r}; "
            f"got {content[:4]!r} ({len(content)} bytes). Download it again."
        )
    width, height = (int(side) for side in np.frombuffer(content, "<i4", count=2, offset=4))
    expected = _HEADER + 8 * width * height
    if min(width, height) < 1 or len(content) != expected:
        raise ValueError(
            f"{path} must have {expected} bytes for {width}x{height} pixels (width x height); got {len(content)}. "
            "It may have been cut short: copy or download it again."
        )
    values = np.frombuffer(content, "<f4", offset=_HEADER).reshape(height, width, 2).astype(np.float32)
    flow = torch.from_numpy(values.transpose(2, 0, 1).copy())
    known = (flow.abs() <= _UNKNOWN).all(dim=0)  # False for NaN too
    return torch.where(known, flow, 0.0), known
