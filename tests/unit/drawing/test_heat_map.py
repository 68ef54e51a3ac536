import torch

from mpvss.drawing import heat_map


def test_more_is_brighter_whatever_the_largest_is():
    frame = torch.full((3, 1, 4), 128, dtype=torch.uint8)
    shares = torch.tensor([[0.0, 0.1, 0.2, 0.4]])
    heat = heat_map(frame, shares)
    brightness = heat.float().mean(0)[0]
    assert (brightness.diff() > 10).all()
    assert torch.equal(heat_map(frame, 10 * shares), heat)


def test_the_frame_shines_through_without_its_colours():
    frame = torch.zeros(3, 1, 2, dtype=torch.uint8)
    frame[0, 0, 1] = 240  # red, 80 on average
    heat = heat_map(frame, torch.zeros(1, 2)).float()
    assert torch.equal(heat[:, 0, 1] - heat[:, 0, 0], torch.full((3,), 20.0))  # a quarter of it
