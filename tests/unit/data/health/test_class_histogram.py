import numpy as np
import pytest
from PIL import Image

from mpvss.data.health.class_histogram import draw_class_histogram
from mpvss.types import ClassList

RED, GREEN, BLUE = (220, 20, 20), (20, 220, 20), (20, 20, 220)
CLASSES = ClassList(("sky", "road", "car"), (RED, GREEN, BLUE))


def _areas(path):
    pixels = np.asarray(Image.open(path).convert("RGB"))
    return [int((pixels == colour).all(axis=2).sum()) for colour in (RED, GREEN, BLUE)]


def test_bars_are_in_the_classes_colours_and_as_long_as_their_shares_magnitudes(tmp_path):
    draw_class_histogram({"train": np.array([90.0, 9.0, 0.0])}, CLASSES, "x", tmp_path / "h.png")
    red, green, blue = _areas(tmp_path / "h.png")
    # The axis begins at 1 %: 90 is 1.954 powers of ten above it, 9 is 0.954.
    assert red / green == pytest.approx(1.954 / 0.954, rel=0.03)
    assert blue == 0


def test_classes_that_do_not_occur_and_splits_without_labels_can_be_drawn(tmp_path):
    draw_class_histogram({"train": np.zeros(3), "val": np.zeros(3)}, CLASSES, "x", tmp_path / "h.png")
    assert _areas(tmp_path / "h.png") == [0, 0, 0]
    assert [path.name for path in tmp_path.iterdir()] == ["h.png"]
