"""The ground's bands lie in order and fill the frame."""

import numpy as np

from mpvss.data.sources.synthetic.camera import Camera
from mpvss.data.sources.synthetic.ground import Ground
from mpvss.data.sources.synthetic.motion import Oscillation
from mpvss.data.sources.synthetic.texture import Texture

HEIGHT, WIDTH = 37, 53


def _ground(seed=0, num_bands=3):
    rng = np.random.default_rng(seed)
    textures = [
        (label, Texture.draw(rng, "wavy", (90, 160, 40), contrast=0.3, frequency=40.0)) for label in range(num_bands)
    ]
    return Ground.draw(rng, textures)


def _camera(seed=0):
    return Camera.draw(np.random.default_rng(seed), HEIGHT, WIDTH)


def _paint(ground, camera, time):
    image = np.zeros((3, HEIGHT, WIDTH), np.float32)
    labels = np.full((HEIGHT, WIDTH), 99, np.uint8)
    ground.paint(image, labels, camera, time)
    return image, labels


def test_every_pixel_belongs_to_the_lowest_band_whose_border_is_above_it():
    for seed in range(3):
        ground, camera = _ground(seed), _camera(seed)
        image, labels = _paint(ground, camera, 0.3)
        y, x = np.mgrid[:HEIGHT, :WIDTH].astype(np.float32)
        world = camera.to_world(x, y, 0.3)
        expected = np.zeros_like(labels)
        for band in ground.bands[1:]:
            expected[band.depth(*world) > 0] = band.label
        assert (labels != expected).sum() <= 1  # a pixel on the border itself may be rounded either way
        assert (image.sum(axis=0) > 0).all()


def test_depth_is_the_distance_below_the_border():
    band = _ground().bands[1]._replace(level=0.25, ripple=(0.5, np.pi, 0.0))
    # The border is at 0.25 + 0.5 sin(pi x): 0.25, 0.75, 0.25, -0.25.
    depth = band.depth(np.array([0.0, 0.5, 1.0, 1.5]), np.array([1.0, 1.0, 0.0, -1.0]))
    np.testing.assert_allclose(depth, [0.75, 0.25, -0.25, -0.75], atol=1e-12)


def test_a_ground_of_one_band_fills_the_frame():
    _, labels = _paint(_ground(num_bands=1), _camera(), 0.0)
    assert (labels == 0).all()


def test_a_band_out_of_sight_is_not_painted():
    camera = _camera()._replace(pan_y=Oscillation(-50.0, 0.0, 0.0, 0.0))
    _, labels = _paint(_ground(), camera, 0.0)
    assert (labels == 0).all()
