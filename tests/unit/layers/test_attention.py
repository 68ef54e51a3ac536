import pytest
import torch

from mpvss.layers import Attention, FeedForward


def slow_attention(module: Attention, residual, query, key, value, mask=None):
    """Multi-head attention head by head and query by query, then LayerNorm of the sum."""
    dim = query.shape[-1]
    width = dim // module.num_heads
    q, k, v = module.query(query), module.key(key), module.value(value)
    joined = torch.zeros_like(q)
    for b in range(q.shape[0]):
        for head in range(module.num_heads):
            part = slice(head * width, (head + 1) * width)
            for n in range(q.shape[1]):
                scores = (k[b, :, part] @ q[b, n, part]) / width**0.5
                if mask is not None:
                    scores = scores.masked_fill(~mask[b, n], -float("inf"))
                joined[b, n, part] = scores.softmax(0) @ v[b, :, part]
    summed = residual + module.output(joined)
    return torch.nn.functional.layer_norm(summed, (dim,), module.norm.weight, module.norm.bias)


def test_attention_agrees_with_a_slow_loop():
    torch.manual_seed(0)
    module = Attention(dim=8, num_heads=2)
    residual, query = torch.randn(2, 2, 3, 8)
    key, value = torch.randn(2, 2, 5, 8)
    torch.testing.assert_close(
        module(residual, query, key, value), slow_attention(module, residual, query, key, value), atol=1e-5, rtol=1e-5
    )


def test_attention_looks_only_where_the_mask_allows():
    torch.manual_seed(0)
    module = Attention(dim=8, num_heads=2)
    query, key = torch.randn(2, 3, 8), torch.randn(2, 5, 8)
    mask = torch.rand(2, 3, 5) > 0.5
    mask[..., 0] = True
    torch.testing.assert_close(
        module(query, query, key, key, mask), slow_attention(module, query, query, key, key, mask), atol=1e-5, rtol=1e-5
    )


def test_weights_are_those_that_forward_uses():
    torch.manual_seed(0)
    module = Attention(dim=8, num_heads=2)
    query, key, value = torch.randn(2, 3, 8), torch.randn(2, 5, 8), torch.randn(2, 5, 8)
    weights = module.weights(query, key)
    values = module.value(value).unflatten(-1, (2, 4))
    attended = torch.einsum("bhnl,blhc->bnhc", weights, values).flatten(2)
    torch.testing.assert_close(module(query, query, key, value), module.norm(query + module.output(attended)))


def test_heads_must_divide_the_width():
    with pytest.raises(ValueError, match="dim=8 and num_heads=3"):
        Attention(dim=8, num_heads=3)


def test_feed_forward_adds_two_linear_layers_and_normalises():
    torch.manual_seed(0)
    module = FeedForward(4, 6)
    x = torch.randn(2, 3, 4)
    hidden = (x @ module.expand.weight.T + module.expand.bias).clamp(min=0)
    summed = x + hidden @ module.contract.weight.T + module.contract.bias
    expected = (summed - summed.mean(-1, keepdim=True)) / (summed.var(-1, unbiased=False, keepdim=True) + 1e-5).sqrt()
    torch.testing.assert_close(module(x), expected)
