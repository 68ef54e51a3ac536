import timm
import torch
from safetensors.torch import save_file

from mpvss.backbone import ConvBackbone, SwinBackbone
from mpvss.weights import load_weights


def _randomise(module):
    with torch.no_grad():
        for tensor in module.state_dict().values():
            if tensor.is_floating_point():
                tensor.copy_(torch.rand_like(tensor))


def test_a_timm_swin_loads_except_for_what_classifies(tmp_path):
    torch.manual_seed(0)
    options = {"embed_dim": 8, "num_heads": (1, 2, 2, 4), "window_size": 3}
    theirs = timm.create_model("swin_tiny_patch4_window7_224", **options)
    ours = SwinBackbone("swin_tiny_patch4_window7_224", **options)
    _randomise(theirs)
    save_file(theirs.state_dict(), tmp_path / "swin.safetensors")
    report = load_weights(ours, tmp_path / "swin.safetensors")
    for stage, layer in zip(ours.stages, theirs.layers, strict=True):
        for key, tensor in layer.state_dict().items():
            assert torch.equal(stage.state_dict()[key], tensor), key
    assert torch.equal(ours.patch_embed.proj.weight, theirs.patch_embed.proj.weight)
    assert set(report.checkpoint.dropped) == {"norm.weight", "norm.bias", "head.fc.weight", "head.fc.bias"}
    assert len(report.kept) == 8
    assert all(key.startswith("segmentor.backbone.norms.") for key in report.kept)


def test_a_timm_mobilenet_loads_except_for_what_classifies(tmp_path):
    torch.manual_seed(0)
    theirs = timm.create_model("mobilenetv2_100")
    ours = ConvBackbone("mobilenetv2_100.ra_in1k")
    _randomise(theirs)
    save_file(theirs.state_dict(), tmp_path / "mobilenet.safetensors")
    report = load_weights(ours, tmp_path / "mobilenet.safetensors")
    for key, tensor in ours.network.state_dict().items():
        assert torch.equal(tensor, theirs.state_dict()[key]), key
    assert {key.split(".")[0] for key in report.checkpoint.dropped} == {"conv_head", "bn2", "classifier"}
