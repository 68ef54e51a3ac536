"""A drawn camera motion is as large as asked for, and a smooth, one-to-one map."""

import pytest
import torch

from mpvss.data.pairs.simulated.camera_motion import draw_camera_motion
from mpvss.data.pairs.simulated.homography import displacement


def _flows(distance, size, count, seed=0):
    generator = torch.Generator().manual_seed(seed)
    x, y = torch.arange(size[1], dtype=torch.float32), torch.arange(size[0], dtype=torch.float32)[:, None]
    return torch.stack([displacement(draw_camera_motion(distance, size, generator), x, y) for _ in range(count)])


@pytest.mark.parametrize("size", [(30, 40), (27, 48)])
def test_the_root_mean_square_displacement_is_the_distance(size):
    root_mean_square = _flows(0.02, size, 1500).square().sum(dim=1).mean().sqrt()
    assert root_mean_square == pytest.approx(0.02 * (size[0] * size[1]) ** 0.5, rel=0.08)


def test_no_distance_is_no_motion():
    assert _flows(0.0, (9, 13), 3).eq(0).all()


def test_twice_the_distance_is_about_twice_the_same_motion():
    once, twice = _flows(0.002, (15, 20), 5), _flows(0.004, (15, 20), 5)
    assert torch.allclose(twice, 2 * once, rtol=0.05, atol=0.01)


def test_however_far_the_camera_goes_the_frame_does_not_fold():
    flows = _flows(50.0, (15, 20), 300)
    # Along x, the x of mapped neighbours must keep their order, and so along y.
    assert (1 + flows[:, 0].diff(dim=2)).min() > 0
    assert (1 + flows[:, 1].diff(dim=1)).min() > 0
    assert torch.equal(flows, _flows(0.15, (15, 20), 300))
