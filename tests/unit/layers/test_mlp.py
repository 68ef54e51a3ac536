import torch

from mpvss.layers import MLP


def test_mlp_is_linear_layers_with_relus_between_them():
    torch.manual_seed(0)
    mlp = MLP(2, 5, 3)
    x = torch.randn(4, 7, 2)
    first, second = mlp.hidden
    expected = second(first(x).clamp(min=0)).clamp(min=0) @ mlp.output.weight.T + mlp.output.bias
    torch.testing.assert_close(mlp(x), expected)
    assert sum(p.numel() for p in mlp.parameters()) == (2 * 5 + 5) + (5 * 5 + 5) + (5 * 3 + 3)
