import math

import pytest
import torch

from mpvss.criterion import sample_points, uncertain_points


def slow_sample(image, x, y):
    """Bilinear value at normalised (x, y), pixel centres at (i + 0.5) / size, 0 outside."""
    height, width = image.shape
    column, row = x * width - 0.5, y * height - 0.5
    value = 0.0
    for j in (math.floor(row), math.floor(row) + 1):
        for i in (math.floor(column), math.floor(column) + 1):
            if 0 <= j < height and 0 <= i < width:
                value += (1 - abs(row - j)) * (1 - abs(column - i)) * image[j, i].item()
    return value


@pytest.mark.parametrize("shared", [True, False])
def test_sampling_equals_a_loop_over_corners(shared):
    generator = torch.Generator().manual_seed(0)
    maps = torch.randn(2, 3, 5, 7, generator=generator, dtype=torch.float64)
    points = torch.rand(1 if shared else 2, 20, 2, generator=generator, dtype=torch.float64) * 1.4 - 0.2
    values = sample_points(maps, points)
    assert values.shape == (2, 3, 20)
    for b in range(2):
        for c in range(3):
            for p in range(20):
                x, y = points[0 if shared else b, p].tolist()
                assert values[b, c, p].item() == pytest.approx(slow_sample(maps[b, c], x, y), abs=1e-12)


def test_a_pixel_centre_reads_that_pixel_and_outside_is_zero():
    maps = torch.tensor([[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]])
    points = torch.tensor([[[2.5 / 3, 0.5 / 2], [0.5 / 3, 1.5 / 2], [-0.5, 0.5], [0.5, 1.5]]])
    torch.testing.assert_close(sample_points(maps, points), torch.tensor([[[3.0, 4.0, 0.0, 0.0]]]))


def test_sampling_has_the_right_gradients():
    maps = torch.randn(2, 2, 3, 5, dtype=torch.float64, requires_grad=True)
    points = torch.rand(2, 4, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    assert torch.autograd.gradcheck(lambda m: sample_points(m, points), maps)


def test_sampling_no_maps_gives_no_values():
    assert sample_points(torch.zeros(0, 1, 3, 5), torch.zeros(0, 4, 2)).shape == (0, 1, 4)
    assert sample_points(torch.zeros(1, 0, 3, 5), torch.zeros(1, 4, 2)).shape == (1, 0, 4)


def test_wrong_shapes_are_refused():
    with pytest.raises(ValueError, match=r"got \(2, 3, 5\) and \(2, 4, 2\)"):
        sample_points(torch.zeros(2, 3, 5), torch.zeros(2, 4, 2))
    with pytest.raises(ValueError, match=r"got \(3, 1, 3, 5\) and \(2, 4, 2\)"):
        sample_points(torch.zeros(3, 1, 3, 5), torch.zeros(2, 4, 2))


def test_most_uncertain_points_lie_where_the_logit_is_near_zero():
    torch.manual_seed(0)
    # The logit grows from left to right and is 0 at x = 0.5.
    logits = torch.linspace(-9.5, 9.5, 20).expand(2, 6, 20).contiguous()
    points = uncertain_points(logits, num_points=400, oversample_ratio=4, importance_ratio=0.75)
    assert points.shape == (2, 400, 2)
    assert points.min() >= 0
    assert points.max() <= 1
    # 300 of 1600 candidates: the 19 % nearest to x = 0.5, or a little further where a border fades to 0.
    assert (points[:, :300, 0] - 0.5).abs().max() < 0.2
    assert (points[:, 300:, 0] - 0.5).abs().max() > 0.4
    torch.testing.assert_close(points[:, 300:].mean((0, 1)), torch.tensor([0.5, 0.5]), atol=0.08, rtol=0)


def test_the_chosen_candidates_are_the_least_certain_ones():
    logits = torch.randn(3, 5, 7, generator=torch.Generator().manual_seed(0))
    torch.manual_seed(2)
    points = uncertain_points(logits, num_points=8, oversample_ratio=3, importance_ratio=1.0)
    torch.manual_seed(2)
    candidates = torch.empty(3, 24, 2).uniform_()
    for mask in range(3):
        certainty = [abs(slow_sample(logits[mask], x, y)) for x, y in candidates[mask].tolist()]
        expected = sorted(range(24), key=certainty.__getitem__)[:8]
        torch.testing.assert_close(points[mask], candidates[mask, expected])


def test_without_importance_all_points_are_uniform():
    torch.manual_seed(0)
    points = uncertain_points(torch.linspace(-1, 1, 9).expand(1, 4, 9), 500, importance_ratio=0.0)
    assert points.shape == (1, 500, 2)
    torch.testing.assert_close(points.var((0, 1)), torch.full((2,), 1 / 12), atol=0.012, rtol=0)


def test_points_carry_no_gradient_and_no_masks_need_none():
    assert not uncertain_points(torch.zeros(1, 3, 4, requires_grad=True), 5).requires_grad
    assert uncertain_points(torch.zeros(0, 3, 4), 5).shape == (0, 5, 2)
