import math

import torch

from mpvss.drawing import flow_to_rgb, flow_wheel

RADIUS = 40


def test_every_point_of_the_disc_has_the_colour_of_flow_from_the_centre_to_it():
    wheel = flow_wheel(RADIUS)
    middle_y, middle_x = wheel.shape[1] // 2, wheel.shape[2] // 2
    for degrees in range(0, 360, 15):
        for length in (0, 0.5 * RADIUS, 0.9 * RADIUS):
            x, y = (round(length * f(math.radians(degrees))) for f in (math.cos, math.sin))
            expected = flow_to_rgb(torch.tensor([x, y])[:, None, None].float(), RADIUS)[:, 0, 0]
            assert torch.equal(wheel[:, middle_y + y, middle_x + x], expected)


def test_the_four_directions_are_named_around_it():
    wheel = flow_wheel(RADIUS)
    middle_y, middle_x = wheel.shape[1] // 2, wheel.shape[2] // 2
    dark = (wheel < 120).all(0)
    for rows, columns in (
        (slice(0, middle_y - RADIUS), slice(middle_x - 20, middle_x + 20)),
        (slice(middle_y + RADIUS, None), slice(middle_x - 20, middle_x + 20)),
        (slice(middle_y - 10, middle_y + 10), slice(0, middle_x - RADIUS)),
        (slice(middle_y - 10, middle_y + 10), slice(middle_x + RADIUS + 1, None)),
    ):
        assert dark[rows, columns].any()
