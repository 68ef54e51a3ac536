import math

import pytest
import torch

from mpvss.segmentor import DeformableAttention, sample_levels


def slow_sample(values, positions, weights, sizes):
    """Sum weighted bilinear reads one by one; outside a map there is 0."""
    batch, _, heads, channels = values.shape
    out = torch.zeros(batch, positions.shape[1], heads, channels)
    starts = [0]
    for height, width in sizes:
        starts.append(starts[-1] + height * width)
    for b, q, head, level, point in torch.cartesian_prod(*map(torch.arange, positions.shape[:-1])).tolist():
        height, width = sizes[level]
        x, y = positions[b, q, head, level, point].tolist()
        for row in (math.floor(y), math.floor(y) + 1):
            for column in (math.floor(x), math.floor(x) + 1):
                if 0 <= row < height and 0 <= column < width:
                    share = (1 - abs(y - row)) * (1 - abs(x - column))
                    token = starts[level] + row * width + column
                    out[b, q, head] += weights[b, q, head, level, point] * share * values[b, token, head]
    return out.flatten(2)


SIZES = [(2, 3), (3, 5), (6, 9)]


def test_samples_agree_with_a_slow_loop_also_outside_the_maps():
    torch.manual_seed(0)
    values = torch.randn(2, sum(h * w for h, w in SIZES), 2, 4)
    positions = 12 * torch.rand(2, 5, 2, 3, 2, 2) - 2
    weights = torch.rand(2, 5, 2, 3, 2)
    torch.testing.assert_close(
        sample_levels(values, positions, weights, SIZES), slow_sample(values, positions, weights, SIZES),
        atol=1e-5, rtol=1e-5,
    )  # fmt: skip


def test_gradients_reach_values_positions_and_weights():
    torch.manual_seed(0)
    sizes = [(2, 3), (3, 4)]
    values = torch.randn(1, 18, 2, 2, dtype=torch.float64, requires_grad=True)
    # Away from whole pixels, where the bilinear kernel has a kink.
    positions = (torch.randint(-1, 4, (1, 2, 2, 2, 1, 2)) + 0.2 + 0.6 * torch.rand(1, 2, 2, 2, 1, 2)).double()
    weights = torch.rand(1, 2, 2, 2, 1, dtype=torch.float64, requires_grad=True)
    torch.autograd.gradcheck(
        lambda v, p, w: sample_levels(v, p, w, sizes), (values, positions.requires_grad_(), weights)
    )


def test_heads_start_looking_in_directions_of_their_own_one_pixel_further_a_point():
    module = DeformableAttention(dim=16, num_heads=4, num_levels=1, num_points=2)
    offsets = module.offsets.bias.view(4, 1, 2, 2)
    expected = torch.tensor([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]])
    torch.testing.assert_close(offsets[:, 0, 0], expected)
    torch.testing.assert_close(offsets[:, 0, 1], 2 * expected)


def test_a_query_without_offset_reads_its_own_pixel():
    torch.manual_seed(0)
    module = DeformableAttention(dim=8, num_heads=2, num_levels=2, num_points=1)
    torch.nn.init.zeros_(module.offsets.bias)
    sizes = [(2, 4), (4, 8)]
    tokens = torch.randn(1, 40, 8)
    reference = torch.tensor([[2.5 / 4, 1.5 / 2]])  # pixel (row 1, column 2) of level 0; between pixels of level 1
    fine = module.value(tokens)[0, 8:].view(4, 8, 8)[2:4, 4:6].mean((0, 1))
    expected = module.output((module.value(tokens)[0, 1 * 4 + 2] + fine) / 2)
    torch.testing.assert_close(module(torch.randn(1, 1, 8), tokens, reference, sizes)[0, 0], expected)


def test_heads_must_divide_the_width():
    with pytest.raises(ValueError, match="dim=8 and num_heads=3"):
        DeformableAttention(dim=8, num_heads=3)


@pytest.mark.parametrize("backend", ["aot_eager", pytest.param("inductor", marks=pytest.mark.slow)])
def test_compiled_in_one_graph_it_gives_the_same_values_and_gradients(backend):
    torch.manual_seed(0)
    module = DeformableAttention(dim=16, num_heads=4, num_levels=3, num_points=2)
    torch.nn.init.normal_(module.offsets.weight, std=0.3)
    sizes = [(2, 3), (3, 5), (6, 9)]
    tokens, reference = torch.randn(2, 75, 16), torch.rand(75, 2)
    compiled = torch.compile(module, backend=backend, fullgraph=True)
    results = []
    for function in (module, compiled):
        leaf = tokens.clone().requires_grad_()
        output = function(leaf, leaf, reference, sizes)
        gradients = torch.autograd.grad(output.square().sum(), [leaf, *module.parameters()])
        results.append((output, *gradients))
    for expected, actual in zip(*results, strict=True):
        torch.testing.assert_close(actual, expected, atol=1e-4, rtol=1e-4)


def test_gradients_agree_with_those_of_the_slow_loop():
    torch.manual_seed(0)
    inputs = [torch.randn(2, 75, 2, 4), 12 * torch.rand(2, 5, 2, 3, 2, 2) - 2, torch.rand(2, 5, 2, 3, 2)]
    results = []
    for sample in (sample_levels, slow_sample):
        leaves = [inputs[0].clone().requires_grad_(), inputs[1], inputs[2].clone().requires_grad_()]
        results.append(torch.autograd.grad(sample(*leaves, SIZES).square().sum(), [leaves[0], leaves[2]]))
    for expected, actual in zip(*results, strict=True):
        torch.testing.assert_close(actual, expected, atol=1e-4, rtol=1e-4)
