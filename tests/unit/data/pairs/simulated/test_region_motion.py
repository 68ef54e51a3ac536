"""A region's own motion stays within what was asked for."""

import math

import pytest
import torch

from mpvss.data.pairs.simulated.homography import displacement
from mpvss.data.pairs.simulated.region_motion import draw_region_motion


def _draws(distance, count=300):
    generator = torch.Generator().manual_seed(0)
    return [draw_region_motion(distance, (30.0, 20.0), 16.0, generator) for _ in range(count)]


def test_the_centre_goes_no_farther_than_the_distance():
    centre = torch.tensor([30.0]), torch.tensor([20.0])
    shifts = torch.stack([displacement(matrix, *centre)[:, 0] for matrix in _draws(6.0)])
    assert 5.8 < shifts[:, 0].abs().max() <= 6.0
    assert 2.9 < shifts[:, 1].abs().max() <= 3.0
    assert shifts.mean(dim=0).abs().max() < 0.6


def test_growth_and_turn_are_those_of_a_similarity_within_their_limits():
    for distance, growth, turn in ((100.0, 0.25, 0.2), (1.6, 0.1, 0.1)):
        logarithms, angles = [], []
        for matrix in _draws(distance):
            (a, b), (c, d) = matrix[:2, :2].tolist()
            assert (a, b) == pytest.approx((d, -c))
            logarithms.append(abs(math.log(math.hypot(a, c))))
            angles.append(abs(math.atan2(c, a)))
        assert 0.95 * growth < max(logarithms) <= growth + 1e-9
        assert 0.95 * turn < max(angles) <= turn + 1e-9


def test_no_distance_is_no_motion():
    assert all(torch.equal(matrix, torch.eye(3, dtype=torch.float64)) for matrix in _draws(0.0, 3))
