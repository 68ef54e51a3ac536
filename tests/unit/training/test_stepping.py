import functools

import torch
from torch import nn

from mpvss.training import PolynomialSchedule, optimizer_and_schedule


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
