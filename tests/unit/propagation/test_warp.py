import math

import pytest
import torch

from mpvss.propagation import resize_flow, warp


def slow_warp(masks, flow):
    """Bilinear lookup, pixel by pixel, repeating the border."""
    batch, num_masks, height, width = masks.shape
    warped = torch.zeros_like(masks)
    for b in range(batch):
        for n in range(num_masks):
            displacement = flow[b, min(n, flow.shape[1] - 1)]
            for row in range(height):
                for column in range(width):
                    x = min(max(column + displacement[0, row, column].item(), 0), width - 1)
                    y = min(max(row + displacement[1, row, column].item(), 0), height - 1)
                    top, left = math.floor(y), math.floor(x)
                    for r, c in ((top, left), (top, left + 1), (top + 1, left), (top + 1, left + 1)):
                        share = (1 - abs(y - r)) * (1 - abs(x - c))
                        if share > 0:
                            warped[b, n, row, column] += share * masks[b, n, r, c]
    return warped


@pytest.mark.parametrize("flow_maps", [1, 3])
def test_warp_agrees_with_a_slow_loop(flow_maps):
    torch.manual_seed(0)
    masks, flow = torch.randn(2, 3, 5, 7), 4 * torch.randn(2, flow_maps, 2, 5, 7)
    torch.testing.assert_close(warp(masks, flow), slow_warp(masks, flow), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("size", [(1, 1), (3, 3), (120, 216), (97, 161), (256, 512), (37, 1000)])
@pytest.mark.parametrize("flow_maps", [1, 2])
def test_zero_flow_is_exactly_the_identity(size, flow_maps):
    torch.manual_seed(0)
    masks = 10 * torch.randn(1, 2, *size)
    assert torch.equal(warp(masks, torch.zeros(1, flow_maps, 2, *size)), masks)


def test_whole_pixel_flow_moves_masks_exactly_and_repeats_the_border():
    masks = torch.randn(1, 1, 9, 11)
    flow = torch.zeros(1, 1, 2, 9, 11)
    flow[:, :, 0] = 3  # read three pixels further right
    warped = warp(masks, flow)
    assert torch.equal(warped[..., :-3], masks[..., 3:])
    assert torch.equal(warped[..., -3:], masks[..., -1:].expand(-1, -1, -1, 3))


def test_warp_is_differentiable_in_masks_and_flow():
    torch.manual_seed(0)
    masks = torch.randn(1, 2, 3, 5, dtype=torch.float64, requires_grad=True)
    flow = (0.8 * torch.rand(1, 2, 2, 3, 5, dtype=torch.float64) - 1.15).requires_grad_()
    torch.autograd.gradcheck(warp, (masks, flow))


def test_flow_of_another_size_is_refused():
    with pytest.raises(ValueError, match=r"flow must be \(1, 2 or 1, 2, 4, 6\).*got \(1, 2, 2, 2, 3\)"):
        warp(torch.zeros(1, 2, 4, 6), torch.zeros(1, 2, 2, 2, 3))


def test_resized_flow_is_in_pixels_of_its_new_map():
    flow = torch.ones(1, 4, 2, 3, 5) * torch.tensor([1.5, -2.0]).view(2, 1, 1)
    resized = resize_flow(flow, (6, 20))
    assert resized.shape == (1, 4, 2, 6, 20)
    torch.testing.assert_close(resized[:, :, 0], torch.full((1, 4, 6, 20), 6.0))
    torch.testing.assert_close(resized[:, :, 1], torch.full((1, 4, 6, 20), -4.0))
