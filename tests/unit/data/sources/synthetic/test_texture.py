"""Textures belong to the surface, show both colours, and vary."""

import numpy as np
import pytest

from mpvss.data.sources.synthetic.texture import PATTERNS, Texture


@pytest.mark.parametrize("pattern", sorted(PATTERNS))
def test_a_pattern_shows_dark_and_light(pattern):
    v, u = np.mgrid[-20:20:0.2, -20:20:0.2].astype(np.float32)
    value = PATTERNS[pattern](u, v)
    assert value.shape == u.shape
    assert value.dtype == np.float32
    assert 0.25 < (value > 0).mean() < 0.75


def test_the_colour_of_a_point_does_not_depend_on_its_neighbours():
    texture = Texture.draw(np.random.default_rng(0), "checked", (200, 80, 40), contrast=0.8, frequency=9.0)
    v, u = np.mgrid[-1:1:0.3, -1:1:0.2]
    colour = texture.colour(u, v)
    assert colour.shape == (3, *u.shape)
    for row, column in ((0, 0), (3, 5), (6, 9)):
        alone = texture.colour(u[row, column : column + 1], v[row, column : column + 1])
        np.testing.assert_allclose(alone[:, 0], colour[:, row, column])


def test_stripes_alternate_between_the_two_colours():
    texture = Texture(PATTERNS["striped"], (np.pi, 0.0), (10.0, 20.0, 30.0), (110.0, 120.0, 130.0), ((0.0, 0.0, 0.0),))
    u = np.array([0.5, 1.5, 2.5, 1.0])
    # sin(pi u) = 1, -1, 1, 0: light, dark, light, half way; the only wave of the shading is sin(0).
    np.testing.assert_allclose(texture.colour(u, 0 * u)[0], [110, 10, 110, 60], atol=1e-9)


def test_two_draws_differ():
    rng = np.random.default_rng(0)
    one, other = (Texture.draw(rng, "wavy", (200, 80, 40), contrast=0.8, frequency=9.0) for _ in range(2))
    assert one.dark != other.dark
    assert one.along != other.along
    assert one.waves != other.waves
