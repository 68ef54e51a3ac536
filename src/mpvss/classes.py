"""Names and colours for classes that nobody named."""

from functools import cache

import numpy as np

from mpvss.types import ClassList


def numbered_classes(num_classes: int) -> ClassList:
    """Call classes by their number."""
    return ClassList(tuple(f"class {index}" for index in range(num_classes)), default_colours(num_classes))


_MAX_CLASSES = 255


@cache
def default_colours(num_classes: int) -> tuple[tuple[int, int, int], ...]:
    """Return well separated RGB colours, the same at every call.

    Every colour is the one of a coarse RGB grid that lies farthest, in CIELAB, from all before it, so
    fewer classes get the first of the same colours. Nearly black and nearly white, which would not show in
    an overlay, and glaring colours are left out.

    Args:
        num_classes: K, 1..255.

    Returns:
        K triples (red, green, blue) in 0..255.

    Raises:
        ValueError: if `num_classes` is outside 1..255.

    Example:
        >>> default_colours(3) == default_colours(20)[:3]
        True
    """
    if not 1 <= num_classes <= _MAX_CLASSES:
        raise ValueError(
            f"num_classes must be in 1..{_MAX_CLASSES}; got {num_classes}. Label maps are uint8 and 255 is void."
        )
    levels = np.linspace(30, 240, 9)
    candidates = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), axis=-1).reshape(-1, 3).round()
    lab = _lab(candidates)
    usable = (lab[:, 0] > 30) & (lab[:, 0] < 88) & (np.hypot(lab[:, 1], lab[:, 2]) < 75)
    candidates, lab = candidates[usable], lab[usable]

    # Start far from the greys, the colours an overlay must stand out from.
    grey = np.stack([np.linspace(0, 100, 11), np.zeros(11), np.zeros(11)], axis=1)
    distance = np.linalg.norm(lab[:, None] - grey, axis=2).min(axis=1)
    chosen = []
    for _ in range(num_classes):
        best = int(distance.argmax())
        chosen.append(best)
        distance = np.minimum(distance, np.linalg.norm(lab - lab[best], axis=1))
    return tuple((int(r), int(g), int(b)) for r, g, b in candidates[chosen])


def _lab(rgb: np.ndarray) -> np.ndarray:
    """Convert (n, 3) sRGB in 0..255 to CIELAB (D65), in which Euclidean distance is roughly what the eye sees."""
    value = rgb / 255
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = linear @ to_xyz.T / np.array([0.9505, 1.0, 1.089])
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], axis=1)
