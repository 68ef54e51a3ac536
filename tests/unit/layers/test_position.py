import math

import pytest
import torch

from mpvss.layers import sine_position


def test_each_channel_is_a_sine_or_cosine_of_y_then_x():
    height, width, dim = 3, 5, 8
    code = sine_position(torch.zeros(1, 1, height, width), dim).reshape(height, width, dim)
    for row in range(height):
        for column in range(width):
            for half, coordinate in ((0, (row + 1) / height), (1, (column + 1) / width)):
                for channel in range(dim // 2):
                    angle = 2 * math.pi * coordinate / 10_000 ** (2 * (channel // 2) / (dim // 2))
                    expected = math.cos(angle) if channel % 2 else math.sin(angle)
                    assert code[row, column, half * dim // 2 + channel].item() == pytest.approx(expected, abs=2e-5)


def test_width_must_be_a_multiple_of_four():
    with pytest.raises(ValueError, match="multiple of 4; got 6"):
        sine_position(torch.zeros(1, 1, 2, 2), 6)
