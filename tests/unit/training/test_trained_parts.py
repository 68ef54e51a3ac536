import pytest
import torch
from torch import nn

from mpvss.training import TrainedParts


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.query = nn.Parameter(torch.zeros(2))
        self.layers = nn.Sequential(nn.Linear(2, 2), nn.Dropout())
        self.head = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
        self.head_of_another_name = nn.Linear(2, 2)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(nn.Conv2d(1, 1, 1), nn.BatchNorm2d(1))
        self.decoder = Decoder()
        self.flow = nn.Identity()


def learning(model):
    return [name for name, parameter in model.named_parameters() if parameter.requires_grad]


def in_training_mode(model):
    return {name for name, module in model.named_modules() if module.training}


def test_what_is_not_named_is_frozen_and_in_eval_mode():
    model = Model()
    parts = TrainedParts(model, ["decoder.head"])
    model.train()
    parts.switch_frozen_to_eval()
    assert learning(model) == [f"decoder.head.{name}" for name in ("0.weight", "0.bias", "1.weight", "1.bias")]
    # What holds a trained part trains too: it has to give what training asks for.
    assert in_training_mode(model) == {"", "decoder", "decoder.head", "decoder.head.0", "decoder.head.1"}


def test_everything_is_trained_unless_parts_are_named():
    model = Model()
    model.backbone[1].requires_grad_(False)
    parts = TrainedParts(model)
    parts.switch_frozen_to_eval()
    assert set(learning(model)) == {n for n, _ in model.named_parameters() if not n.startswith("backbone.1.")}
    assert in_training_mode(model) == {name for name, _ in model.named_modules()}


def test_eval_mode_stays_eval_mode():
    model = Model().eval()
    TrainedParts(model, ["decoder"]).switch_frozen_to_eval()
    assert in_training_mode(model) == set()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("flw", r"recipe.trained names flw, .* it has backbone, decoder, flow\."),
        ("decoder.haed", r"names decoder.haed, .* decoder has layers, head, head_of_another_name\."),
        ("flow.encoder", r"names flow.encoder, .* flow has no parts\."),
    ],
)
def test_a_part_that_is_not_there_is_refused_with_those_that_are(name, message):
    with pytest.raises(ValueError, match=message):
        TrainedParts(Model(), [name])


def test_a_model_that_would_learn_nothing_is_refused():
    with pytest.raises(ValueError, match=r"recipe.trained=\['flow'\] leaves nothing to train"):
        TrainedParts(Model(), ["flow"])
