"""A blob's map between surface and world is the formula, and exact both ways."""

import cmath
import math

import numpy as np
import pytest

from mpvss.data.sources.synthetic.blob import SHAPES, Blob
from mpvss.data.sources.synthetic.camera import Camera
from mpvss.data.sources.synthetic.motion import Oscillation
from mpvss.data.sources.synthetic.texture import Texture

HEIGHT, WIDTH = 37, 53


def _texture():
    return Texture.draw(np.random.default_rng(1), "dotted", (90, 160, 40), contrast=0.8, frequency=9.0)


def _blob(seed, shape="star"):
    return Blob.draw(np.random.default_rng(seed), 3, shape, _texture(), (1.2, 0.8))


def _still(value):
    return Oscillation(value, 0.0, 0.0, 0.0)


def _resting_camera():
    """Return a camera that shows world point (0, 0) at pixel (26, 18), one world unit as 44.3 pixels."""
    return Camera(HEIGHT, WIDTH, _still(0.0), _still(0.0), _still(0.0), _still(0.0))


def _paint(blob, camera, time):
    image = np.zeros((3, HEIGHT, WIDTH), np.float32)
    labels = np.zeros((HEIGHT, WIDTH), np.uint8)
    blob.paint(image, labels, camera, time)
    return image, labels


def _surface_point(blob, x, y, time):
    """Follow the class's formula for one point, with complex numbers."""
    offset = complex(x - blob.x.at(time), y - blob.y.at(time)) / math.exp(blob.log_scale.at(time))
    offset *= cmath.exp(-1j * blob.angle.at(time))
    angle = cmath.phase(offset)
    outline = 1 + sum(depth.at(time) * math.cos(lobes * angle + phase) for lobes, phase, depth in blob.outline)
    return offset / outline


@pytest.mark.parametrize("shape", sorted(SHAPES))
def test_world_points_go_where_the_formula_says(shape):
    blob = _blob(0, shape)
    for x, y in ((0.1, 0.2), (-0.6, 0.3), (0.4, -0.5)):
        u, v = blob.to_surface(np.array([x]), np.array([y]), 0.7)
        expected = _surface_point(blob, x, y, 0.7)
        assert (u[0], v[0]) == pytest.approx((expected.real, expected.imag))


@pytest.mark.parametrize("seed", range(4))
def test_to_world_undoes_to_surface(seed):
    blob = _blob(seed)
    y, x = np.mgrid[-1:1:0.05, -1:1:0.04]
    for time in (0.0, 0.4, 9.3):
        back_x, back_y = blob.to_world(*blob.to_surface(x, y, time), time)
        np.testing.assert_allclose(back_x, x, atol=1e-9)
        np.testing.assert_allclose(back_y, y, atol=1e-9)


def test_a_resting_disc_covers_the_pixels_within_its_radius():
    disc = Blob(3, _texture(), _still(0.1), _still(-0.2), _still(1.0), _still(math.log(0.15)), ())
    _, labels = _paint(disc, _resting_camera(), 0.0)
    unit = math.sqrt(HEIGHT * WIDTH)
    for y in range(HEIGHT):
        for x in range(WIDTH):
            distance = math.hypot(x - (26 + 0.1 * unit), y - (18 - 0.2 * unit))
            assert (labels[y, x] == 3) == (distance < 0.15 * unit)


@pytest.mark.parametrize("shape", sorted(SHAPES))
def test_paint_covers_what_covers_says_wherever_blob_and_camera_are(shape):
    y, x = np.mgrid[:HEIGHT, :WIDTH].astype(np.float64)
    for seed in range(3):
        blob, camera = _blob(seed, shape), Camera.draw(np.random.default_rng(seed), HEIGHT, WIDTH)
        for time in np.linspace(0, 4, 9).tolist():
            image, labels = _paint(blob, camera, time)
            # Single and double precision may differ on a pixel that lies on the outline.
            assert ((labels == 3) != blob.covers(*camera.to_world(x, y, time), time)).sum() <= 1
            assert (image[:, labels == 3].sum(axis=0) > 0).all()


def test_a_blob_outside_the_frame_paints_nothing():
    image, labels = _paint(_blob(0)._replace(x=_still(-9.0)), _resting_camera(), 0.0)
    assert not image.any()
    assert not labels.any()


def test_a_star_has_five_lobes():
    blob = _blob(0)._replace(outline=_blob(0).outline[:1])
    angles = np.linspace(0, 2 * math.pi, 360, endpoint=False)
    x, y = blob.to_world(np.cos(angles), np.sin(angles), 0.0)
    radius = np.hypot(x - blob.x.at(0.0), y - blob.y.at(0.0))
    peaks = (radius > np.roll(radius, 1)) & (radius >= np.roll(radius, -1))
    assert peaks.sum() == 5
