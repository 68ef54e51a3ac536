import functools

import torch
from torch import nn

from mpvss.training import PolynomialSchedule, optimizer_and_schedule
from mpvss.training.stepping import SteppingModule


def test_rates_of_all_groups_follow_the_schedule_step_by_step():
    model = nn.ModuleDict({"backbone": nn.Linear(2, 2), "head": nn.Linear(2, 2)})
    optimizer = functools.partial(torch.optim.AdamW, lr=1e-2, weight_decay=0.05)
    built = optimizer_and_schedule(model, optimizer, functools.partial(PolynomialSchedule, total_iters=2, power=1), 0.5)
    assert built["lr_scheduler"]["interval"] == "step"
    rates = []
    for _ in range(2):
        rates.append({group["name"]: group["lr"] for group in built["optimizer"].param_groups})
        built["optimizer"].step()
        built["lr_scheduler"]["scheduler"].step()
    assert rates == [{"backbone": 5e-3, "head": 1e-2}, {"backbone": 2.5e-3, "head": 5e-3}]
    assert {group["weight_decay"] for group in built["optimizer"].param_groups} == {0.05}


class Wrapped(SteppingModule):
    """What trains a model, as the LightningModules do: nothing beside it has weights."""

    def __init__(self, model, *stepping):
        super().__init__(*stepping)
        self.model, self.metric = model, nn.Identity()


def test_a_module_steps_the_weights_of_its_model():
    model = nn.ModuleDict({"backbone": nn.Linear(2, 2), "head": nn.LayerNorm(2)})
    optimizer = functools.partial(torch.optim.AdamW, lr=1e-2, weight_decay=0.05)
    schedule = functools.partial(PolynomialSchedule, total_iters=2, power=1)
    ours = Wrapped(model, optimizer, schedule, 0.5).configure_optimizers()["optimizer"].param_groups
    theirs = optimizer_and_schedule(model, optimizer, schedule, 0.5)["optimizer"].param_groups
    assert [group["name"] for group in ours] == [group["name"] for group in theirs]
    for one, other in zip(ours, theirs, strict=True):
        assert (one["lr"], one["weight_decay"]) == (other["lr"], other["weight_decay"])
        assert all(a is b for a, b in zip(one["params"], other["params"], strict=True))
