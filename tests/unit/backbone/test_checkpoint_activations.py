"""Activations computed again in the backward pass: the same gradients, and less kept for them."""

import pytest
import torch

from mpvss.backbone import ConvBackbone, SwinBackbone

NARROW = {"embed_dim": 8, "depths": (2, 1, 1, 1), "num_heads": (1, 1, 1, 1)}


def swin():
    return SwinBackbone("swin_tiny_patch4_window7_224", drop_path=0.3, **NARROW)


@pytest.mark.parametrize(
    "build", [swin, lambda: ConvBackbone("test_resnet.r160_in1k"), lambda: ConvBackbone("mobilenetv2_035")]
)
def test_gradients_are_the_same_and_less_is_kept_for_them(build):
    frames = torch.randn(2, 3, 64, 64)
    gradients, kept = [], []
    for again in (False, True):
        torch.manual_seed(0)
        backbone = build().train()
        if again:
            backbone.checkpoint_activations()
        saved = []
        with torch.autograd.graph.saved_tensors_hooks(lambda x, saved=saved: saved.append(x) or x, lambda x: x):
            pyramid = backbone(frames)
        sum(x.square().mean() for x in pyramid).backward()
        gradients.append([p.grad for p in backbone.parameters() if p.requires_grad])
        kept.append(sum(x.numel() for x in saved if not isinstance(x, torch.nn.Parameter)))
    assert len(gradients[0]) > 10
    for first, second in zip(*gradients, strict=True):
        torch.testing.assert_close(first, second)
    assert kept[1] < 0.7 * kept[0]
