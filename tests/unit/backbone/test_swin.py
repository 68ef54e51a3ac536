import pytest
import timm
import torch
import torch.nn.functional as F

from mpvss.backbone import SwinBackbone

NAME = "swin_tiny_patch4_window7_224"


@pytest.fixture(scope="module")
def backbone():
    torch.manual_seed(0)
    return SwinBackbone(NAME).eval()


def test_at_whole_windows_each_stage_is_timms_with_a_layer_norm(backbone):
    torch.manual_seed(1)
    swin = timm.create_model(NAME, features_only=True, strict_img_size=False, always_partition=True).eval()
    for ours, theirs in (
        (backbone.patch_embed, swin.patch_embed),
        *zip(backbone.stages, swin_stages(swin), strict=True),
    ):
        theirs.load_state_dict(ours.state_dict())
    frames = torch.randn(1, 3, 224, 224)  # 56, 28, 14 and 7 positions: whole windows at every stage
    for got, feature in zip(backbone(frames), swin(frames), strict=True):
        expected = F.layer_norm(feature, feature.shape[-1:])
        torch.testing.assert_close(got, expected.permute(0, 3, 1, 2), atol=1e-4, rtol=1e-4)


def swin_stages(swin):
    return [swin.layers_0, swin.layers_1, swin.layers_2, swin.layers_3]


def test_any_multiple_of_32_gives_the_pyramids_sizes(backbone):
    pyramid = backbone(torch.randn(1, 3, 64, 160))
    assert [tuple(x.shape[1:]) for x in pyramid] == [(96, 16, 40), (192, 8, 20), (384, 4, 10), (768, 2, 5)]


def test_padding_stays_at_the_bottom_right_when_windows_shift(backbone):
    """A shifted block sees a padded map as if the padding were part of it (timm pads after rolling)."""
    from mpvss.backbone.swin import _pad_to_windows, _window_attention

    block = backbone.stages[0].blocks[1]
    x = torch.randn(1, 10, 12, 96)
    padded = _pad_to_windows(x, (7, 7))
    mask = block.get_attn_mask(padded)
    got = _window_attention(block, x, mask)
    rolled = torch.roll(padded, (-3, -3), dims=(1, 2))
    windows = rolled.view(2, 7, 2, 7, 96).transpose(1, 2).reshape(4, 49, 96)
    attended = block.attn(windows, mask=mask).view(2, 2, 7, 7, 96).transpose(1, 2).reshape(1, 14, 14, 96)
    torch.testing.assert_close(got, torch.roll(attended, (3, 3), dims=(1, 2))[:, :10, :12])
