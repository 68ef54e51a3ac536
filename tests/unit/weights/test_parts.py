import pytest
import torch
from torch import nn

from mpvss.backbone import ConvBackbone
from mpvss.flow import optical_flow, raft
from mpvss.propagation import PerFrame
from mpvss.segmentor import mask2former
from mpvss.weights import load_weights, save_weights
from mpvss.weights.parts import key_prefix


class NewFlow(nn.Module):
    """A flow whose parts have names that nothing here knows."""

    per_segment = reads_queries = False

    def __init__(self):
        super().__init__()
        self.novelty = nn.Linear(2, 3)

    def forward(self, key_frame, frame, queries):
        return self.novelty(queries)


class NewSegmentor(nn.Module):
    """A segmentor whose parts have names that nothing here knows."""

    needs_labels = False

    def __init__(self):
        super().__init__()
        self.novelty = nn.Linear(2, 3)


def test_each_part_of_a_model_is_told_by_what_it_can_do():
    with torch.device("meta"):
        backbone = ConvBackbone("test_resnet.r160_in1k")
        segmentor = mask2former(backbone, 4)
        flow = optical_flow()
    assert key_prefix(PerFrame(segmentor)) == ""
    assert key_prefix(segmentor) == key_prefix(NewSegmentor()) == "segmentor."
    assert key_prefix(backbone) == "segmentor.backbone."
    assert key_prefix(flow) == key_prefix(raft("small")) == key_prefix(NewFlow()) == "flow."
    assert key_prefix(flow.motion_encoder) == "flow.motion_encoder."


def test_what_is_no_part_of_a_model_is_refused():
    with pytest.raises(ValueError, match="a flow module or a motion encoder; got Linear"):
        key_prefix(nn.Linear(1, 1))


def test_a_flow_that_no_list_knows_is_saved_and_loaded(tmp_path):
    flow, other = NewFlow(), NewFlow()
    save_weights(flow, tmp_path / "flow.safetensors")
    load_weights(other, tmp_path / "flow.safetensors")
    assert torch.equal(flow.novelty.weight, other.novelty.weight)
