import pytest
import torch
from torch import nn

from mpvss.benchmark import Timing, time_alternately, time_parts

CPU = torch.device("cpu")


def test_a_timing_holds_median_and_quartiles():
    assert Timing.of([5.0, 1.0, 3.0, 2.0, 4.0]) == Timing(median=3.0, low=2.0, high=4.0)
    assert Timing.of([1.0, 3.0]) == Timing(median=2.0, low=1.5, high=2.5)
    assert Timing.of([7.0]) == Timing(7.0, 7.0, 7.0)


def test_a_frame_of_a_batch_takes_its_share():
    assert Timing(4.0, 2.0, 8.0).scaled(1 / 4) == Timing(1.0, 0.5, 2.0)


def test_calls_take_turns_warm_up_included_without_gradients():
    order = []

    def note(name):
        assert torch.is_inference_mode_enabled()
        order.append(name)

    timings = time_alternately({"a": lambda: note("a"), "b": lambda: note("b")}, repeats=2, warmup=1, device=CPU)
    assert order == ["a", "b"] * 3
    assert list(timings) == ["a", "b"]


def test_a_call_is_timed_in_seconds_and_warm_up_is_not(clock):
    durations = iter([9.0, 3.0, 1.0, 2.0])
    timings = time_alternately({"sleep": lambda: clock.sleep(next(durations))}, repeats=3, warmup=1, device=CPU)
    assert timings["sleep"] == Timing(median=2.0, low=1.5, high=2.5)


@pytest.mark.parametrize(("repeats", "warmup"), [(0, 1), (3, -1)])
def test_rounds_that_make_no_sense_are_refused(repeats, warmup):
    with pytest.raises(ValueError, match=f"got {repeats} and {warmup}"):
        time_alternately({"nothing": lambda: None}, repeats, warmup, CPU)


class Sleep(nn.Module):
    def __init__(self, clock, seconds):
        super().__init__()
        self.clock, self.seconds = clock, seconds

    def forward(self, x):
        self.clock.sleep(self.seconds)
        return x


def test_parts_add_the_modules_they_consist_of(clock):
    first, second, third = (Sleep(clock, seconds) for seconds in (1.0, 2.0, 5.0))
    model = nn.Sequential(first, second, third, first)
    parts = {"first": [first], "first and second": [first, second], "unused": [Sleep(clock, 7.0)]}
    timings = time_parts(lambda: model(torch.zeros(1)), parts, repeats=2, device=CPU)
    assert {name: timing.median for name, timing in timings.items()} == {
        "first": 2.0, "first and second": 4.0, "unused": 0.0,
    }  # fmt: skip


def test_no_hook_stays_behind(clock):
    model = Sleep(clock, 1.0)
    time_parts(lambda: model(torch.zeros(1)), {"all": [model]}, repeats=1, device=CPU)
    assert not model._forward_hooks
    assert not model._forward_pre_hooks
