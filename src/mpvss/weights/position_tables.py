"""Swin's relative position tables, fitted to another window size."""

from math import isqrt

import torch.nn.functional as F
from torch import Tensor

TABLE = ".relative_position_bias_table"


def resize_position_table(table: Tensor, length: int) -> Tensor:
    """Interpolate a table of relative position biases, bicubically, as Swin does to start at another window.

    Convention:
        row (dy + w - 1) * (2w - 1) + dx + w - 1 holds the bias of offset (dx, dy) in windows of w x w; the
        offsets are spread over the new window's (``align_corners=False``).

    Args:
        table: ((2w - 1)^2, heads).
        length: number of rows of the new table, also an odd square.

    Returns:
        (length, heads).

    Raises:
        ValueError: if a number of rows is no odd square.
    """
    sides = []
    for rows in (table.shape[0], length):
        side = isqrt(rows)
        if side * side != rows or side % 2 == 0:
            raise ValueError(
                f"a table of relative positions has (2w - 1)^2 rows for windows of w x w; got {rows}. "
                "Choose the backbone that the file was made for."
            )
        sides.append(side)
    old, new = sides
    grid = table.T.reshape(1, -1, old, old).float()
    resized = F.interpolate(grid, size=(new, new), mode="bicubic", align_corners=False)
    return resized.reshape(-1, length).T.to(table.dtype)
