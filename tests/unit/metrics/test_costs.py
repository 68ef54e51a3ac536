import pytest
import torch
import torch.nn.functional as F
from torch import nn

from mpvss.metrics import count_macs


def test_convolution_counts_a_kernel_per_output_element():
    convolution = nn.Conv2d(4, 6, kernel_size=(3, 5), stride=2, padding=1, groups=2)
    count = count_macs(convolution, torch.zeros(2, 4, 9, 13))
    # Output 5 x 6; each of its elements sees 4 / 2 channels of a 3 x 5 window.
    assert count.by_operation == {"convolution": 2 * 6 * 5 * 6 * (4 // 2) * 3 * 5}


def test_linear_counts_inputs_times_outputs_per_row_and_no_bias():
    assert count_macs(nn.Linear(3, 5), torch.zeros(2, 7, 3)).total == 2 * 7 * 3 * 5


def test_einsum_counts_its_product():
    count = count_macs(lambda q, m: torch.einsum("bqc,bchw->bqhw", q, m), torch.zeros(2, 5, 3), torch.zeros(2, 3, 4, 7))
    assert count.total == 2 * 5 * 3 * 4 * 7


@pytest.mark.parametrize("need_weights", [True, False])
@pytest.mark.parametrize("device", ["cpu", "meta"])
def test_multihead_attention_counts_projections_and_both_products(need_weights, device):
    num_queries, num_keys, width = 5, 9, 8
    attention = nn.MultiheadAttention(width, num_heads=2, batch_first=True).eval().to(device)
    queries, keys = (torch.zeros(3, n, width, device=device) for n in (num_queries, num_keys))
    projections = 2 * num_queries * width**2 + 2 * num_keys * width**2
    products = 2 * num_queries * num_keys * width
    total = count_macs(lambda: attention(queries, keys, keys, need_weights=need_weights)).total
    assert total == 3 * (projections + products)


def test_masked_self_attention_counts_although_pytorch_has_a_fused_kernel_for_it():
    attention = nn.MultiheadAttention(8, num_heads=2, batch_first=True).eval()
    tokens, mask = torch.zeros(1, 5, 8), torch.zeros(5, 5, dtype=torch.bool)
    assert count_macs(lambda: attention(tokens, tokens, tokens, attn_mask=mask)).total == 4 * 5 * 64 + 2 * 5 * 5 * 8


@pytest.mark.parametrize("enabled", [True, False])
def test_the_fused_kernel_setting_is_restored(enabled):
    def fail():
        assert not torch.backends.mha.get_fastpath_enabled()
        raise RuntimeError("counted function")

    before = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(enabled)
    try:
        with pytest.raises(RuntimeError, match="counted function"):
            count_macs(fail)
        assert torch.backends.mha.get_fastpath_enabled() is enabled
    finally:
        torch.backends.mha.set_fastpath_enabled(before)


@pytest.mark.parametrize(
    ("norm", "per_element"),
    [
        (nn.LayerNorm((6, 5)), 5),
        (nn.LayerNorm((6, 5), elementwise_affine=False), 4),
        (nn.GroupNorm(2, 4), 5),
        (nn.GroupNorm(2, 4, affine=False), 4),
        (nn.BatchNorm2d(4).eval(), 2),
        (nn.BatchNorm2d(4, affine=False).eval(), 1),
        (nn.BatchNorm2d(4), 5),
    ],
)
@pytest.mark.parametrize("device", ["cpu", "meta"])
def test_norms_count_per_input_element(norm, per_element, device):
    # Moving to meta is final, so the norm itself stays where it is.
    functional = norm if device == "cpu" else _on_meta(norm)
    assert count_macs(functional, torch.zeros(3, 4, 6, 5, device=device)).total == per_element * 3 * 4 * 6 * 5


def _on_meta(module):
    with torch.device("meta"):
        if isinstance(module, nn.LayerNorm):
            return nn.LayerNorm(module.normalized_shape, elementwise_affine=module.elementwise_affine)
        if isinstance(module, nn.GroupNorm):
            return nn.GroupNorm(module.num_groups, module.num_channels, affine=module.affine)
        return nn.BatchNorm2d(module.num_features, affine=module.affine).train(module.training)


@pytest.mark.parametrize("arguments", [{"size": (7, 11)}, {"scale_factor": 2}])
def test_bilinear_upsampling_counts_4_per_output_element(arguments):
    maps = torch.zeros(2, 3, 4, 5)
    resized = F.interpolate(maps, mode="bilinear", **arguments)
    count = count_macs(lambda: F.interpolate(maps, mode="bilinear", **arguments))
    assert count.by_operation == {"upsample_bilinear2d": 4 * resized.numel()}


@pytest.mark.parametrize(("mode", "per_element"), [("bilinear", 4), ("nearest", 0)])
def test_grid_sampling_counts_the_corners_it_blends(mode, per_element):
    maps, grid = torch.zeros(2, 3, 4, 5), torch.zeros(2, 7, 6, 2)
    count = count_macs(lambda: F.grid_sample(maps, grid, mode=mode, align_corners=False))
    assert count.total == per_element * 2 * 3 * 7 * 6


@pytest.mark.parametrize("device", ["cpu", "meta"])
def test_weighted_row_gathers_count_every_gathered_element(device):
    rows = torch.zeros(10, 3, device=device)
    indices = torch.zeros(6, 4, dtype=torch.int64, device=device)
    weights = torch.zeros(6, 4, device=device)
    weighted = count_macs(lambda: F.embedding_bag(indices, rows, mode="sum", per_sample_weights=weights))
    assert weighted.total == 6 * 4 * 3
    assert count_macs(lambda: F.embedding_bag(indices, rows, mode="sum")).total == 0


def test_parts_add_up_and_the_largest_comes_first():
    model = nn.Sequential(nn.Conv2d(3, 4, 1), nn.Flatten(), nn.Linear(4 * 5 * 7, 9), nn.ReLU(), nn.LayerNorm(9))
    count = count_macs(model, torch.zeros(1, 3, 5, 7))
    assert list(count.by_operation.items()) == [
        ("addmm", 4 * 5 * 7 * 9),
        ("convolution", 3 * 4 * 5 * 7),
        ("native_layer_norm", 5 * 9),
    ]
    assert count.total == 1260 + 420 + 45


def test_a_large_layer_is_counted_without_being_computed():
    with torch.device("meta"):
        count = count_macs(nn.Conv2d(1024, 1024, 3, padding=1), torch.zeros(1, 1024, 1024, 2048))
    assert count.total == 1024 * 2048 * 1024 * 1024 * 9


def test_a_module_given_a_view_of_a_trainable_parameter_is_counted():
    queries = nn.Embedding(5, 6)
    norm = nn.LayerNorm(6)
    assert count_macs(lambda: norm(queries.weight.expand(2, -1, -1))).total == 2 * 5 * 6 * 5


def test_gradients_are_off_while_counting():
    assert count_macs(lambda: nn.Linear(2, 2)(torch.zeros(1, 2)).requires_grad).total == 4
    parameters = nn.Linear(2, 3)
    outputs = []
    count_macs(lambda: outputs.append(parameters(torch.zeros(1, 2))))
    assert not outputs[0].requires_grad
