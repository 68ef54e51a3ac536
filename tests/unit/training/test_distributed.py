from types import SimpleNamespace

import pytest
import torch
from torch import nn

from mpvss.backbone import ConvBackbone, SwinBackbone, synchronise_norms
from mpvss.flow import CopyFlow, optical_flow, query_flow, query_for_pf, query_learned, query_random, raft
from mpvss.layers import FeedForward
from mpvss.propagation import MaskPropagation
from mpvss.segmentor import mask2former
from mpvss.training import SynchronisedNorms
from mpvss.training.distributed import sharded_parts


@pytest.mark.parametrize("name", ["test_resnet.r160_in1k", "mobilenetv2_035"])  # mobilenetv2 has activations in norms
def test_the_model_computes_what_it_did_with_every_norm_replaced(name):
    torch.manual_seed(0)
    backbone = ConvBackbone(name, freeze_batch_norm=False).eval()
    frames, state = torch.randn(1, 3, 64, 96), backbone.state_dict()
    before = backbone(frames)
    num_norms = sum(isinstance(module, nn.BatchNorm2d) for module in backbone.modules())
    assert synchronise_norms(backbone) == num_norms > 0
    assert sum(isinstance(module, nn.SyncBatchNorm) for module in backbone.modules()) == num_norms
    assert all(torch.equal(ours, theirs) for ours, theirs in zip(backbone(frames), before, strict=True))
    assert list(backbone.state_dict()) == list(state)


def test_frozen_norms_stay_as_they_are_and_keep_their_statistics():
    backbone = ConvBackbone("test_resnet.r160_in1k", freeze_batch_norm=True)
    assert synchronise_norms(backbone) == 0
    before = {key: value.clone() for key, value in backbone.state_dict().items() if "running" in key}
    backbone.train()(torch.randn(2, 3, 64, 64))
    assert all(torch.equal(backbone.state_dict()[key], value) for key, value in before.items())


@pytest.mark.parametrize(
    ("stage", "world_size", "device", "replaced"),
    [("fit", 2, "cuda", True), ("fit", 1, "cuda", False), ("fit", 2, "cpu", False), ("validate", 2, "cuda", False)],
)
def test_norms_are_synchronised_where_several_gpus_train(stage, world_size, device, replaced):
    model = nn.Sequential(nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4))
    trainer = SimpleNamespace(world_size=world_size, strategy=SimpleNamespace(root_device=torch.device(device)))
    SynchronisedNorms().setup(trainer, model, stage)
    assert isinstance(model[1], nn.SyncBatchNorm) == replaced


@pytest.mark.parametrize("flow", [query_flow, query_learned, query_random, query_for_pf, optical_flow, raft, CopyFlow])
@pytest.mark.parametrize(
    ("backbone", "name"),
    [(SwinBackbone, "swin_tiny_patch4_window7_224.ms_in1k"), (ConvBackbone, "test_resnet.r160_in1k")],
)
def test_backbone_motion_encoder_and_feed_forward_networks_are_sharded(backbone, name, flow):
    with torch.device("meta"):
        model = MaskPropagation(mask2former(backbone(name), 4), flow())
    expected = [
        part
        for place, part in model.named_modules()
        if place.rpartition(".")[2] in ("backbone", "motion_encoder") or isinstance(part, FeedForward)
    ]
    found = sharded_parts(model)
    assert len(found) == len(expected) > 15
    assert all(one is other for one, other in zip(found, expected, strict=True))
