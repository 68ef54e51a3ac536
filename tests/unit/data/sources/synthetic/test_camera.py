"""The camera's map between world and frame is a similarity, exact both ways."""

import math

import numpy as np
import pytest

from mpvss.data.sources.synthetic.camera import Camera
from mpvss.data.sources.synthetic.motion import Oscillation

HEIGHT, WIDTH = 37, 53
SIZE = math.sqrt(HEIGHT * WIDTH)


def _still(value):
    return Oscillation(value, 0.0, 0.0, 0.0)


def test_to_frame_undoes_to_world():
    camera = Camera.draw(np.random.default_rng(0), HEIGHT, WIDTH)
    y, x = np.mgrid[-9.0:HEIGHT, -5.0:WIDTH]
    for time in (0.0, 0.4, 9.3):
        back_x, back_y = camera.to_frame(*camera.to_world(x, y, time), time)
        np.testing.assert_allclose(back_x, x, atol=1e-9)
        np.testing.assert_allclose(back_y, y, atol=1e-9)


def test_pan_zoom_and_roll_are_what_they_say():
    camera = Camera(HEIGHT, WIDTH, _still(0.5), _still(-1.0), _still(math.log(2.0)), _still(math.pi / 2))
    # The middle of the frame is (26, 18); a quarter turn takes the world's x to the frame's y.
    x, y = camera.to_frame(np.array([0.5, 0.6]), np.array([-1.0, -1.0]), 0.0)
    assert x.tolist() == pytest.approx([26.0, 26.0])
    assert y.tolist() == pytest.approx([18.0, 18.0 + 0.1 * 2 * SIZE])
    assert camera.scale(0.0) == pytest.approx(2 * SIZE)


def test_the_camera_moves():
    camera = Camera.draw(np.random.default_rng(0), HEIGHT, WIDTH)
    middle = np.array([26.0]), np.array([18.0])
    assert camera.to_world(*middle, 0.0) != camera.to_world(*middle, 0.5)
    assert camera.scale(0.0) != camera.scale(0.5)
