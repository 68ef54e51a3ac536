import math

import pytest
import torch

from mpvss.drawing import flow_to_rgb


def colour_by_hand(x, y, longest):
    """The colour of one vector, from the definition of Baker et al., step by step."""
    wheel = []
    for steps, (red, green, blue), (red_step, green_step, blue_step) in (
        (15, (255, 0, 0), (0, 255, 0)),
        (6, (255, 255, 0), (-255, 0, 0)),
        (4, (0, 255, 0), (0, 0, 255)),
        (11, (0, 255, 255), (0, -255, 0)),
        (13, (0, 0, 255), (255, 0, 0)),
        (6, (255, 0, 255), (0, 0, -255)),
    ):
        for step in range(steps):
            share = step / steps
            wheel.append((red + share * red_step, green + share * green_step, blue + share * blue_step))
    assert len(wheel) == 55
    angle = math.atan2(-y, -x) / math.pi
    position = (angle + 1) / 2 * 54
    lower = math.floor(position)
    part = position - lower
    radius = math.hypot(x, y) / longest
    result = []
    for low, high in zip(wheel[lower], wheel[(lower + 1) % 55], strict=True):
        colour = (1 - part) * low / 255 + part * high / 255
        result.append(255 * (1 - radius * (1 - colour) if radius <= 1 else 0.75 * colour))
    return result


def test_colours_follow_the_definition_in_every_direction_and_length():
    flow = 8 * torch.rand(2, 9, 13, generator=torch.Generator().manual_seed(0)) - 4
    rgb = flow_to_rgb(flow, max_radius=3.0)
    for y in range(9):
        for x in range(13):
            expected = colour_by_hand(*flow[:, y, x].tolist(), longest=3.0)
            assert rgb[:, y, x].tolist() == pytest.approx(expected, abs=0.51)


@pytest.mark.parametrize(
    ("direction", "colour"),
    [((1, 0), (255, 0, 0)), ((0, 1), (255, 230, 0)), ((-1, 0), (0, 209, 255)), ((0, -1), (88, 0, 255))],
    ids=["right: red", "down: yellow", "left: cyan", "up: violet"],
)
def test_the_main_directions_have_their_known_colours(direction, colour):
    flow = torch.tensor(direction, dtype=torch.float32).reshape(2, 1, 1)
    assert flow_to_rgb(flow).flatten().tolist() == pytest.approx(colour, abs=1)


def test_no_motion_is_white():
    assert torch.equal(flow_to_rgb(torch.zeros(2, 3, 5)), torch.full((3, 3, 5), 255, dtype=torch.uint8))


def test_by_default_the_longest_flow_has_full_colour():
    flow = torch.zeros(2, 1, 2)
    flow[0] = torch.tensor([7.0, 3.5])
    assert flow_to_rgb(flow)[:, 0].T.tolist() == [[255, 0, 0], [255, 128, 128]]


@pytest.mark.parametrize(
    "flow", [torch.zeros(3, 4, 5), torch.zeros(1, 2, 4, 5), torch.full((2, 4, 5), torch.nan)], ids=["3", "batch", "nan"]
)
def test_anything_but_one_finite_map_is_refused(flow):
    with pytest.raises(ValueError, match=r"must be \(2, h, w\) and finite"):
        flow_to_rgb(flow)


def test_a_radius_of_zero_is_refused():
    with pytest.raises(ValueError, match="max_radius must be positive; got 0"):
        flow_to_rgb(torch.zeros(2, 4, 5), max_radius=0)
