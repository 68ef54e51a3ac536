"""On modules of a few weights, each of which breaks in one place."""

import lightning
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader

from mpvss.training.callbacks import NonFiniteParts
from mpvss.types import NonFiniteError


class Part(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, values):
        return {"values": self.function(values), "counts": torch.arange(3), "nothing": None}


class Model(lightning.LightningModule):
    def __init__(self, function=lambda values: values, loss=lambda values: values.sum()):
        super().__init__()
        self.first = nn.Sequential(nn.Linear(2, 3), nn.ReLU(inplace=True))
        self.second = Part(function)
        self.loss = loss

    def training_step(self, batch, batch_index):
        loss = self.loss(self.second(self.first(batch))["values"])
        self.log("train/loss", loss)
        return loss

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.1)


def watched(model, tmp_path):
    callback = NonFiniteParts()
    trainer = lightning.Trainer(
        max_steps=1, logger=False, enable_checkpointing=False, enable_progress_bar=False, accelerator="cpu",
        enable_model_summary=False, default_root_dir=tmp_path, callbacks=[callback],
    )  # fmt: skip
    torch.manual_seed(0)
    trainer.fit(model, DataLoader(torch.rand(4, 2) + 1, batch_size=4))
    return callback


def refuse(values):
    raise NonFiniteError("matching costs must be finite")


@pytest.mark.parametrize(
    ("model", "first"),
    [
        (Model(), None),
        (Model(function=lambda values: values / 0), "the output of second"),
        (Model(loss=lambda values: values.sum() * torch.inf), "the loss train/loss"),
        (Model(function=lambda values: (values - values).sqrt()), "the gradient of the output of first.1"),
    ],
)
def test_the_first_part_that_is_not_finite_is_named(tmp_path, caplog, model, first):
    with caplog.at_level("INFO"):
        callback = watched(model, tmp_path)
    assert callback.first() == first
    said = f"First value that is not finite: {first}." if first else "Every output, loss and gradient of this step is"
    assert said in caplog.text


def test_the_innermost_part_comes_first(tmp_path):
    model = Model()
    with torch.no_grad():
        model.first[0].bias[1] = torch.nan
    assert watched(model, tmp_path).first() == "the output of first.0"


def test_each_part_has_a_row_with_its_largest_output_and_gradient(tmp_path, caplog):
    model = Model(function=lambda values: values * -4, loss=lambda values: values.sum() * 0.5)
    with torch.no_grad():
        model.first[0].weight.fill_(1)
        model.first[0].bias.fill_(1)
    with caplog.at_level("INFO"):
        watched(model, tmp_path)
    torch.manual_seed(0)
    largest = (torch.rand(4, 2) + 1).sum(1).max().item() + 1
    assert f"| first | {largest:.3g} | 2 | yes |" in caplog.text
    assert f"| second | {largest * 4:.3g} | 0.5 | yes |" in caplog.text


def test_what_was_seen_until_matching_refused_is_said(tmp_path, caplog):
    model = Model(function=lambda values: values / 0, loss=refuse)
    with pytest.raises(NonFiniteError):
        watched(model, tmp_path)
    assert "First value that is not finite: the output of second." in caplog.text


def test_weights_that_are_not_finite_are_counted_and_one_is_named(tmp_path, caplog):
    model = Model()
    with torch.no_grad():
        model.first[0].weight[0, 0] = torch.inf
    watched(model, tmp_path)
    assert "1 weights are not finite before the step, such as first.0.weight" in caplog.text
