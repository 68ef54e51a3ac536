import math

import pytest
import torch

from mpvss.criterion import FlowError, end_point_error


def slow_end_point_error(flow, target, valid):
    distances = []
    for b in range(valid.shape[0]):
        for y in range(valid.shape[1]):
            for x in range(valid.shape[2]):
                if valid[b, y, x]:
                    dx, dy = (flow[b, :, y, x] - target[b, :, y, x]).tolist()
                    distances.append(math.hypot(dx, dy))
    return sum(distances) / len(distances)


def slow_loss(flows, target, valid, weights):
    batch, height, width = valid.shape
    total = 0.0
    for flow, weight in zip(flows, weights, strict=True):
        map_height, map_width = flow.shape[-2:]
        for b in range(batch):
            for row in range(map_height):
                for column in range(map_width):
                    rows = range(row * height // map_height, math.ceil((row + 1) * height / map_height))
                    columns = range(column * width // map_width, math.ceil((column + 1) * width / map_width))
                    known = [target[b, :, y, x] for y in rows for x in columns if valid[b, y, x]]
                    if known:
                        mean_x, mean_y = (torch.stack(known).sum(0) / len(known)).tolist()
                        x, y = flow[b, :, row, column].tolist()
                        distance = math.hypot(x * width / map_width - mean_x, y * height / map_height - mean_y)
                        total += weight * distance / batch
    return total


def example(sizes=((6, 10), (3, 5), (2, 3)), height=25, width=40):
    torch.manual_seed(0)
    flows = [torch.randn(2, 2, *size) for size in sizes]
    return flows, 5 * torch.randn(2, 2, height, width), torch.rand(2, height, width) < 0.3


def test_end_point_error_is_the_mean_distance_over_valid_pixels():
    _, target, valid = example()
    flow = torch.randn_like(target)
    expected = slow_end_point_error(flow, target, valid)
    assert end_point_error(flow, target, valid).item() == pytest.approx(expected, rel=1e-5)


def test_the_loss_sums_weighted_errors_of_every_level_against_the_averaged_target():
    flows, target, valid = example()
    valid[0, :10, :20] = False  # whole map pixels without a target
    criterion = FlowError(weights=(0.1, 0.2, 0.7))
    expected = slow_loss(flows, target, valid, (0.1, 0.2, 0.7))
    assert criterion(flows, target, valid).item() == pytest.approx(expected, rel=1e-5)


def test_the_weights_are_flownets_finest_first():
    flows = [torch.zeros(1, 2, 16 >> level, 16 >> level) for level in range(5)]
    target = torch.tensor([3.0, 4.0]).view(1, 2, 1, 1).expand(1, 2, 64, 64)  # 5 pixels long everywhere
    loss = FlowError()(flows, target, torch.ones(1, 64, 64, dtype=torch.bool))
    expected = 5 * (0.005 * 256 + 0.01 * 64 + 0.02 * 16 + 0.08 * 4 + 0.32)
    assert loss.item() == pytest.approx(expected, rel=1e-5)


def test_the_same_motion_has_fewer_pixels_on_a_coarser_map():
    target = torch.tensor([8.0, -4.0]).view(1, 2, 1, 1).expand(1, 2, 24, 40)
    flows = [target[..., :6, :10] / 4, target[..., :3, :5] / 8]
    assert FlowError((0.5, 0.5))(flows, target, torch.ones(1, 24, 40, dtype=torch.bool)) < 1e-5


def test_what_stands_at_pixels_that_are_not_valid_does_not_matter():
    flows, target, valid = example()
    spoiled = target.masked_fill(~valid[:, None], float("nan"))
    criterion = FlowError((0.1, 0.2, 0.7))
    for flow in flows:
        flow.requires_grad_()
    loss = criterion(flows, spoiled, valid)
    assert torch.equal(loss, criterion(flows, target, valid))
    loss.backward()
    assert all(flow.grad.isfinite().all() and flow.grad.any() for flow in flows)
    assert end_point_error(target + 1, spoiled, valid).item() == pytest.approx(math.sqrt(2), rel=1e-5)


def test_nothing_valid_gives_no_loss_and_no_score():
    flows, target, valid = example()
    nothing = torch.zeros_like(valid)
    assert FlowError((0.1, 0.2, 0.7))(flows, target, nothing) == 0
    assert end_point_error(target, target, nothing).isnan()


def test_half_precision_flows_are_scored_in_float32():
    flows, target, valid = example()
    criterion = FlowError((0.1, 0.2, 0.7))
    halves = [flow.bfloat16() for flow in flows]
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss = criterion(halves, target, valid)
    assert loss.dtype == torch.float32
    assert torch.equal(loss, criterion([flow.float() for flow in halves], target, valid))


def test_shapes_that_do_not_belong_together_are_refused():
    flows, target, valid = example()
    with pytest.raises(ValueError, match=r"one flow per weight, 5; got 3\. Pass what OpticalFlow\.pyramid"):
        FlowError()(flows, target, valid)
    criterion = FlowError((0.1, 0.2, 0.7))
    with pytest.raises(ValueError, match=r"cover their area.*got flows of \(2, 2, 6, 10\)\. Pad target"):
        criterion(flows, target[..., :20], valid[..., :20])
    with pytest.raises(ValueError, match=r"valid \(B, H, W\) bool; got .* torch\.uint8"):
        criterion(flows, target, valid.byte())
    with pytest.raises(ValueError, match=r"flow must have the target's shape \(2, 2, 25, 40\).*resize_flow"):
        end_point_error(flows[0], target, valid)
