import pytest
import torch
import torch.nn.functional as F
from torch import nn

from mpvss.backbone import ConvBackbone, SwinBackbone
from mpvss.segmentor import QueryDecoder, mask2former
from mpvss.segmentor.query_decoder import _attention_mask

PARAMETERS = {  # millions, Table 1
    "resnet50": 44.0, "resnet101": 63.0, "swin_tiny_patch4_window7_224": 47.4,
    "swin_small_patch4_window7_224": 68.8, "swin_base_patch4_window12_384": 106.9,
    "swin_large_patch4_window12_384": 215.5,
}  # fmt: skip


@pytest.mark.parametrize(("name", "millions"), PARAMETERS.items())
def test_full_size_has_the_papers_parameters(name, millions):
    with torch.device("meta"):
        backbone = SwinBackbone(name) if "swin" in name else ConvBackbone(name)
        model = mask2former(backbone, num_classes=124)
    assert sum(p.numel() for p in model.parameters()) / 1e6 == pytest.approx(millions, rel=0.005)


class FlatBackbone(nn.Module):
    """Average colours at the four strides."""

    channels = (3, 3, 3, 3)

    def forward(self, frames):
        return tuple(F.avg_pool2d(frames, stride) for stride in (4, 8, 16, 32))


def small_model(**options):
    torch.manual_seed(0)
    small = {"num_queries": 5, "dim": 32, "num_heads": 2, "encoder_layers": 1, "encoder_hidden_dim": 16,
             "decoder_layers": 4, "decoder_hidden_dim": 16}  # fmt: skip
    return mask2former(FlatBackbone(), num_classes=3, **(small | options))


def test_a_key_state_holds_everything_that_propagation_needs():
    frame = torch.randint(0, 256, (2, 3, 61, 90), dtype=torch.uint8)
    state = small_model().eval()(frame)
    assert state.segments.class_logits.shape == (2, 5, 4)
    assert state.segments.mask_logits.shape == (2, 5, 16, 24)
    assert state.queries.shape == (2, 5, 32)
    assert torch.equal(state.frame, frame)
    assert [tuple(x.shape[-2:]) for x in state.features] == [(16, 24), (8, 12), (4, 6), (2, 3)]
    assert state.auxiliary == ()


def test_training_adds_the_initial_queries_and_every_earlier_layer():
    frame = torch.randint(0, 256, (1, 3, 64, 64), dtype=torch.uint8)
    model = small_model()
    training, evaluation = model(frame), model.eval()(frame)
    assert len(training.auxiliary) == 4
    torch.testing.assert_close(training.segments, evaluation.segments)


def test_queries_carry_the_classes_and_masks():
    frame = torch.randint(0, 256, (1, 3, 64, 64), dtype=torch.uint8)
    model = small_model().eval()
    state = model(frame)
    torch.testing.assert_close(state.segments.class_logits, model.query_decoder.class_head(state.queries))


def test_every_parameter_gets_a_gradient():
    frame = torch.randint(0, 256, (1, 3, 64, 96), dtype=torch.uint8)
    model = small_model()
    nn.init.normal_(model.pixel_decoder.layers[0].attention.weights.weight)
    state = model(frame)
    layers = [state.segments, *state.auxiliary]
    sum(s.class_logits.square().sum() + s.mask_logits.square().sum() for s in layers).backward()
    without = [name for name, parameter in model.named_parameters() if parameter.grad is None]
    assert without == []


def test_a_query_looks_where_its_mask_is_or_everywhere_if_it_is_nowhere():
    mask_logits = torch.full((1, 2, 4, 4), -1.0)
    mask_logits[0, 0, :2, :2] = 5.0
    visible = _attention_mask(mask_logits, torch.zeros(1, 1, 2, 2))
    assert visible.tolist() == [[[True, False, False, False], [True, True, True, True]]]


def test_layers_visit_coarse_to_fine_in_turn():
    decoder = QueryDecoder(num_classes=2, num_queries=3, dim=8, num_layers=4, num_heads=2, hidden_dim=8)
    seen = []
    for layer in decoder.layers:
        layer.register_forward_hook(lambda _, arguments, output: seen.append(arguments[2].shape[1]))
    decoder(torch.randn(1, 8, 8, 8), [torch.randn(1, 8, s, s) for s in (1, 2, 4)])
    assert seen == [1, 4, 16, 1]
