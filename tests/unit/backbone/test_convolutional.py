import pytest
import torch

from mpvss.backbone import ConvBackbone

TINY = "test_resnet.r160_in1k"


@pytest.mark.parametrize("name", [TINY, "mobilenetv2_035"])
def test_pyramid_has_four_strides(name):
    backbone = ConvBackbone(name)
    pyramid = backbone(torch.randn(1, 3, 64, 96))
    assert [tuple(x.shape[1:]) for x in pyramid] == [
        (channels, 64 // stride, 96 // stride)
        for channels, stride in zip(backbone.channels, (4, 8, 16, 32), strict=True)
    ]


def test_frozen_norms_keep_statistics_and_weights_in_training():
    backbone = ConvBackbone(TINY, freeze_batch_norm=True).train()
    norms = {k: v.clone() for k, v in backbone.state_dict().items() if "running" in k}
    backbone(torch.randn(2, 3, 64, 64))
    assert all(torch.equal(backbone.state_dict()[k], v) for k, v in norms.items())
    assert {p.requires_grad for n, p in backbone.named_parameters() if "bn" in n} == {False}


def test_norms_learn_when_they_are_not_frozen():
    backbone = ConvBackbone(TINY, freeze_batch_norm=False).train()
    before = backbone.network.bn1.running_mean.clone()
    backbone(torch.randn(2, 3, 64, 64))
    assert not torch.equal(backbone.network.bn1.running_mean, before)


def test_wrong_stages_are_refused():
    with pytest.raises(ValueError, match=r"must have strides \(4, 8, 16, 32\)"):
        ConvBackbone(TINY, out_indices=(0, 1, 2, 3))


def test_without_network_the_error_names_both_ways_out(monkeypatch, tmp_path):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(FileNotFoundError, match=r"(?s)weights.backbone=FILE.*backbone.pretrained=false"):
        ConvBackbone(TINY, pretrained=True)
