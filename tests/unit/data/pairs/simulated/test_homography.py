"""Projective maps agree with the matrix product they stand for."""

import pytest
import torch

from mpvss.data.pairs.simulated.homography import about, bounding_box, displacement

MATRIX = torch.tensor([[1.1, -0.2, 3.0], [0.15, 0.9, -2.0], [0.004, -0.003, 1.05]], dtype=torch.float64)


def _mapped(matrix, x, y):
    """Map one point, by the definition."""
    u, v, w = (matrix @ torch.tensor([x, y, 1.0], dtype=torch.float64)).tolist()
    return u / w, v / w


def test_displacement_is_the_mapped_point_minus_the_point():
    x, y = torch.arange(9, dtype=torch.float32), torch.arange(5, dtype=torch.float32)[:, None]
    moved = displacement(MATRIX, x, y)
    assert moved.shape == (2, 5, 9)
    assert moved.dtype == torch.float32
    for row in range(5):
        for column in range(9):
            to_x, to_y = _mapped(MATRIX, column, row)
            assert moved[:, row, column].tolist() == pytest.approx([to_x - column, to_y - row], abs=1e-5)


def test_the_identity_moves_nothing_at_all():
    x, y = torch.arange(301, dtype=torch.float32), torch.arange(207, dtype=torch.float32)[:, None]
    identity = about((103.7, 88.1), 251.3, torch.eye(3, dtype=torch.float64))
    assert displacement(identity, x, y).eq(0).all()


def test_a_map_about_a_point_keeps_it_and_counts_in_units():
    half_turn_and_shift = torch.tensor([[-1.0, 0, 0.5], [0, -1.0, 0], [0, 0, 1]], dtype=torch.float64)
    matrix = about((10.0, 20.0), 4.0, half_turn_and_shift)
    # The centre goes half a unit, 2 pixels, to the right; a point 3 pixels right of it, 3 left of that.
    assert _mapped(matrix, 10, 20) == pytest.approx((12, 20))
    assert _mapped(matrix, 13, 21) == pytest.approx((9, 19))


def test_a_bounding_box_holds_the_mapped_corners_tightly():
    corners = [_mapped(MATRIX, x, y) for x in (2, 7) for y in (1, 4)]
    xs, ys = zip(*corners, strict=True)
    expected = (min(xs), min(ys), max(xs), max(ys))
    assert bounding_box(MATRIX, (2, 1, 7, 4)) == pytest.approx(expected, abs=1e-5)
