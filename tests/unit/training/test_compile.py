import pytest
import torch

from mpvss.backbone import ConvBackbone
from mpvss.flow import query_flow
from mpvss.propagation import MaskPropagation
from mpvss.segmentor import mask2former
from mpvss.training.compile import compile_parts


@pytest.fixture
def model():
    sizes = {"num_queries": 3, "dim": 32, "num_heads": 2}
    segmentor = mask2former(
        ConvBackbone("test_resnet.r160_in1k"), 4, **sizes, encoder_layers=1, encoder_hidden_dim=8, decoder_layers=1,
        decoder_hidden_dim=8,
    )  # fmt: skip
    channels = {"encoder_channels": (4,) * 6, "step_channels": (4,) * 4}
    flow = query_flow(**sizes, **channels, num_stages=1, num_levels=1, hidden_dim=8)
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
