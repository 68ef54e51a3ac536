import pytest
import torch
from torch import nn

from mpvss.backbone import ConvBackbone, SwinBackbone
from mpvss.flow import FlowWidths, optical_flow, query_flow, query_for_pf, query_learned, query_random, raft
from mpvss.propagation import MaskPropagation
from mpvss.segmentor import mask2former
from mpvss.weights import Architecture, describe, differences
from mpvss.weights.architecture import read_architecture

BACKBONES = {
    "r50": (ConvBackbone, "resnet50.tv_in1k", None),
    "r101": (ConvBackbone, "resnet101.tv_in1k", None),
    "mobilenetv2": (ConvBackbone, "mobilenetv2_100.ra_in1k", None),
    "swin_t": (SwinBackbone, "swin_tiny_patch4_window7_224.ms_in1k", 7),
    "swin_s": (SwinBackbone, "swin_small_patch4_window7_224.ms_in1k", 7),
    "swin_b": (SwinBackbone, "swin_base_patch4_window12_384.ms_in22k", 12),
    "swin_l": (SwinBackbone, "swin_large_patch4_window12_384.ms_in22k", 12),
}


@pytest.mark.parametrize("option", BACKBONES)
def test_the_backbone_is_recognised(option):
    network, name, window = BACKBONES[option]
    with torch.device("meta"):
        backbone = network(name)
    assert describe(backbone) == Architecture(backbone=option, window_size=window)


def test_another_backbone_has_no_name():
    assert describe(ConvBackbone("test_resnet.r160_in1k")) == Architecture()


def test_all_sizes_of_a_model_are_read():
    with torch.device("meta"):
        segmentor = mask2former(ConvBackbone("resnet50.tv_in1k"), 19, 30, 64, 4, 3, 96, 5, 128)
        widths = FlowWidths(4, 112, encoder_channels=(8, 16, 24, 32, 40, 48), step_channels=(9, 10, 11, 12))
        flow = query_flow(30, 64, widths, num_stages=2)
        model = MaskPropagation(segmentor, flow)
    assert describe(model) == Architecture(
        backbone="r50",
        num_classes=19,
        num_queries=30,
        dim=64,
        num_heads=4,
        encoder_layers=3,
        encoder_hidden_dim=96,
        decoder_layers=5,
        decoder_hidden_dim=128,
        flow="query_flow",
        flow_levels=3,
        flow_stages=2,
        flow_hidden_dim=112,
        flow_encoder_channels=(8, 16, 24, 32, 40, 48),
        flow_step_channels=(9, 10, 11, 12),
    )


@pytest.mark.parametrize(
    ("option", "assemble", "sizes"),
    [
        ("query_flow", query_flow, {"flow_levels": 3, "flow_stages": 3}),
        ("query_learned", query_learned, {"flow_levels": 3, "flow_stages": 3}),
        ("query_learned", query_random, {"flow_levels": 3, "flow_stages": 3}),
        ("query_for_pf", query_for_pf, {"flow_levels": 3, "flow_stages": 3}),
        ("query_for_pf", lambda: query_for_pf(num_levels=2, num_stages=4), {"flow_levels": 2, "flow_stages": 4}),
        ("optical_flow", optical_flow, {"flownet_step_channels": (512, 256, 128, 64)}),
        ("raft", raft, {"flow_size": "large"}),
        ("raft", lambda: raft("small"), {"flow_size": "small"}),
    ],
)
def test_the_flow_module_is_recognised(option, assemble, sizes):
    with torch.device("meta"):
        architecture = describe(assemble())
    assert architecture.flow == option
    for field in ("flow_levels", "flow_stages", "flow_size"):
        assert getattr(architecture, field) == sizes.get(field)
    if "flownet_step_channels" in sizes:
        assert architecture.flownet_step_channels == sizes["flownet_step_channels"]
        assert architecture.flow_step_channels is None


def test_a_model_does_not_differ_from_itself(make_model):
    model = make_model()
    assert differences(describe(model), model) == []


def test_the_overrides_to_set_are_listed(make_model):
    model = make_model()
    wanted = describe(model)._replace(
        backbone="swin_t", num_queries=200, flow_stages=3, flow_step_channels=(1, 2, 3, 4), num_classes=133
    )
    assert differences(wanted, model) == [
        "backbone=swin_t",
        "segmentor.num_queries=200",
        "flow.num_stages=3",
        "flow_widths.step_channels=[1,2,3,4]",
    ]


def test_what_is_unknown_or_not_there_is_no_difference(make_model):
    model = make_model()
    assert differences(Architecture(), model) == []
    model.flow = nn.Identity()
    assert differences(Architecture(flow_stages=9), model) == []


def test_incomplete_weights_are_described_as_far_as_they_go(make_model):
    state = make_model().state_dict()
    complete = read_architecture(state)
    without = {key: v for key, v in state.items() if "conv3" not in key and "position_bias" not in key}
    assert read_architecture(without) == complete._replace(window_size=None, flow_encoder_channels=None)
    assert read_architecture({}) == Architecture()


class NewFlow(nn.Module):
    """A flow that is not known by its weights, though it has a part of another's name."""

    per_segment = reads_queries = True

    def __init__(self, dim):
        super().__init__()
        self.motion_encoder = optical_flow(FlowWidths(encoder_channels=(dim,) * 6)).motion_encoder
        self.novelty = nn.Linear(dim, dim)


def test_of_a_flow_that_is_not_known_nothing_is_said(make_model):
    assert describe(NewFlow(4)) == Architecture()
    assert differences(describe(NewFlow(4)), NewFlow(5)) == []
    model = make_model()
    theirs = describe(model)
    model.flow = NewFlow(4)
    assert differences(theirs, model) == []
