import pytest
import torch
from torch import nn

from mpvss.backbone import ConvBackbone, SwinBackbone
from mpvss.flow import CopyFlow, FlowWidths, optical_flow, query_flow, query_for_pf, query_learned, query_random, raft
from mpvss.propagation import MaskPropagation, ScoreFusion
from mpvss.segmentor import mask2former
from mpvss.training.compile import compile_parts


@pytest.fixture
def model():
    sizes = {"num_queries": 3, "dim": 32, "num_heads": 2}
    segmentor = mask2former(
        ConvBackbone("test_resnet.r160_in1k"), 4, **sizes, encoder_layers=1, encoder_hidden_dim=8, decoder_layers=1,
        decoder_hidden_dim=8,
    )  # fmt: skip
    widths = FlowWidths(num_heads=2, hidden_dim=8, encoder_channels=(4,) * 6, step_channels=(4,) * 4)
    flow = query_flow(3, 32, widths, num_stages=1, num_levels=1)
    return MaskPropagation(segmentor, flow).eval()


def test_backbone_pixel_decoder_and_the_flow_modules_parts_are_compiled(model):
    parts = [
        "segmentor.backbone", "segmentor.pixel_decoder", "flow.motion_encoder", "flow.motion_decoder",
        "flow.pixel_flow",
    ]  # fmt: skip
    assert compile_parts(model) == parts
    assert [name for name, part in model.named_modules() if part._compiled_call_impl is not None] == parts


def test_weights_keep_their_names_and_values(model):
    before = {key: value.clone() for key, value in model.state_dict().items()}
    compile_parts(model)
    after = model.state_dict()
    assert list(after) == list(before)
    assert all(torch.equal(after[key], value) for key, value in before.items())


OF_SEGMENTOR = {"segmentor.backbone", "segmentor.pixel_decoder"}
OF_QUERIES = {"flow.motion_encoder", "flow.motion_decoder"}
SWIN = ("swin_tiny_patch4_window7_224.ms_in1k",)
RESNET = ("test_resnet.r160_in1k",)


@pytest.mark.parametrize(
    ("flow", "parts"),
    [
        (query_flow, OF_QUERIES | {"flow.pixel_flow"}), (query_learned, OF_QUERIES), (query_random, OF_QUERIES),
        (query_for_pf, OF_QUERIES | {"flow.pixel_flow"}), (optical_flow, {"flow.motion_encoder", "flow.pixel_flow"}),
        (raft, {"flow.raft.update_block.motion_encoder"}), (CopyFlow, set()),
    ],
)  # fmt: skip
def test_these_parts_of_each_flow_are_compiled(flow, parts):
    with torch.device("meta"):
        model = MaskPropagation(mask2former(SwinBackbone(*SWIN), 4), flow())
    assert set(compile_parts(model)) == OF_SEGMENTOR | parts


def test_both_segmentors_of_accel_are_compiled():
    with torch.device("meta"):
        segmentors = [mask2former(ConvBackbone(*RESNET), 4) for _ in range(2)]
        model = ScoreFusion(segmentors[0], CopyFlow(), segmentors[1], 4)
    assert set(compile_parts(model)) == OF_SEGMENTOR | {f"update_{part}" for part in OF_SEGMENTOR}


class New(nn.Module):
    """A part that no list knows."""

    def __init__(self, **attributes):
        super().__init__()
        for name, value in attributes.items():
            setattr(self, name, value)


def test_a_new_part_is_compiled_if_it_says_so():
    parts = {"silent": New(), "willing": New(compiled=True), "unwilling": New(compiled=False)}
    assert compile_parts(nn.ModuleDict(parts)) == ["willing"]
