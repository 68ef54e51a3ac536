import pytest
import torch
from torch import nn

from mpvss.training import PolynomialSchedule


def optimizer_at(*rates):
    groups = [{"params": [nn.Parameter(torch.zeros(1))], "lr": rate} for rate in rates]
    return torch.optim.AdamW(groups, lr=0.1)


def rates(optimizer, schedule, steps):
    seen = []
    for _ in range(steps):
        seen.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return seen


def test_without_warm_up_it_is_torchs_polynomial():
    ours, theirs = optimizer_at(0.4, 0.04), optimizer_at(0.4, 0.04)
    schedule = PolynomialSchedule(ours, total_iters=7, power=0.9)
    reference = torch.optim.lr_scheduler.PolynomialLR(theirs, total_iters=7, power=0.9)
    assert rates(ours, schedule, 9) == pytest.approx(rates(theirs, reference, 9))
    assert [group["lr"] for group in ours.param_groups] == [0, 0]


def test_the_rate_rises_linearly_and_joins_the_decay():
    optimizer = optimizer_at(1.0)
    schedule = PolynomialSchedule(optimizer, total_iters=10, power=1.0, warmup_steps=3)
    expected = [1 / 4, 2 / 4 * 0.9, 3 / 4 * 0.8, 0.7, 0.6]
    assert rates(optimizer, schedule, 5) == pytest.approx(expected)


def test_a_finished_run_given_more_steps_goes_on_at_their_rate():
    first = optimizer_at(1.0)
    schedule = PolynomialSchedule(first, total_iters=4, power=1.0)
    rates(first, schedule, 4)
    second = optimizer_at(1.0)
    resumed = PolynomialSchedule(second, total_iters=8, power=1.0)
    second.load_state_dict(first.state_dict())  # with its rate of 0, as Lightning does first
    resumed.load_state_dict(schedule.state_dict())
    assert resumed.get_last_lr() == pytest.approx([0.5])
    assert rates(second, resumed, 4) == pytest.approx([4 / 8, 3 / 8, 2 / 8, 1 / 8])


def test_a_resumed_run_has_the_rates_of_one_that_never_stopped():
    whole = optimizer_at(0.3)
    expected = rates(whole, PolynomialSchedule(whole, 9, warmup_steps=4), 9)
    first, second = optimizer_at(0.3), optimizer_at(0.3)
    before = PolynomialSchedule(first, 9, warmup_steps=4)
    seen = rates(first, before, 3)
    after = PolynomialSchedule(second, 9, warmup_steps=4)
    second.load_state_dict(first.state_dict())
    after.load_state_dict(before.state_dict())
    assert seen + rates(second, after, 6) == expected


def test_a_warm_up_as_long_as_the_run_is_refused():
    with pytest.raises(ValueError, match=r"optim.warmup_steps=10 of 10 steps"):
        PolynomialSchedule(optimizer_at(1.0), total_iters=10, warmup_steps=10)
