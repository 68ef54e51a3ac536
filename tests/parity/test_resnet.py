import torch
import torchvision
from torch import nn
from torchvision.models.feature_extraction import create_feature_extractor

from mpvss.backbone import ConvBackbone
from mpvss.weights import load_weights


def test_resnet_features_agree_with_torchvision(tmp_path):
    torch.manual_seed(0)
    theirs = torchvision.models.resnet50().eval()
    for norm in theirs.modules():
        if isinstance(norm, nn.BatchNorm2d):
            nn.init.uniform_(norm.weight, 0.4, 0.8)  # smaller than 1: residuals would explode over 16 blocks
            nn.init.normal_(norm.bias, std=0.2)
            nn.init.normal_(norm.running_mean, std=0.2)
            nn.init.uniform_(norm.running_var, 0.5, 2)
    torch.save(theirs.state_dict(), tmp_path / "resnet50.pth")
    ours = ConvBackbone("resnet50.tv_in1k")
    report = load_weights(ours, tmp_path / "resnet50.pth")
    assert set(report.checkpoint.dropped) == {"fc.weight", "fc.bias"}

    frames = torch.randn(1, 3, 64, 96)
    stages = create_feature_extractor(theirs, ["layer1", "layer2", "layer3", "layer4"])
    with torch.inference_mode():
        for feature, reference in zip(ours(frames), stages(frames).values(), strict=True):
            torch.testing.assert_close(feature, reference, atol=1e-4, rtol=1e-4)
