import pytest
import torch
from torch import nn

from mpvss.benchmark import Timing, measure_speed, time_alternately, time_parts
from mpvss.propagation import FixedInterval
from mpvss.types import KeyState, Prediction, Segments

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


class Sleepy(torch.nn.Module):
    """Takes a known time for a key frame, and for each non-key frame of a batch."""

    def __init__(self, clock, key, call, frame):
        super().__init__()
        self.clock = clock
        self.parameter = torch.nn.Parameter(torch.zeros(1))
        self.key, self.call, self.frame = key, call, frame
        self.batches = []
        self.needs_next_key = False

    def start(self, frame):
        self.clock.sleep(self.key)
        return KeyState(segments_of(frame), torch.zeros(1, 3, 2), frame)

    def step(self, state, frame, next_key=None):
        assert state.frame.shape == frame.shape
        self.batches.append(len(frame))
        self.clock.sleep(self.call + len(frame) * self.frame)
        return Prediction(segments_of(frame))


def segments_of(frame):
    return Segments(torch.zeros(len(frame), 3, 5), torch.zeros(len(frame), 3, 8, 16))


def test_key_and_non_key_frames_are_timed_by_themselves_and_in_the_batch_between_two_key_frames(clock):
    propagation = Sleepy(clock, key=6.0, call=3.0, frame=1.0).eval()
    speed = measure_speed(propagation, (23, 41), FixedInterval(5), repeats=2, warmup=1)
    assert speed.key.median == 6.0
    assert speed.non_key.median == 3.0 + 1.0
    assert speed.non_key_batched.median == (3.0 + 4 * 1.0) / 4
    assert speed.clip_seconds == pytest.approx((3 * 6.0 + 12 * 1.75) / 15)
    assert propagation.batches == [1, 4] * 3 + [4]  # the last one for the memory


def test_at_interval_1_every_frame_is_a_key_frame(clock):
    speed = measure_speed(Sleepy(clock, 6.0, 3.0, 1.0).eval(), (23, 41), FixedInterval(1), repeats=1, warmup=0)
    assert speed.clip_seconds == 6.0
    assert speed.non_key_batched == speed.non_key


def test_a_real_propagator_is_timed(build):
    speed = measure_speed(build().eval(), (23, 41), FixedInterval(3), repeats=1, warmup=0)
    assert min(speed.key.median, speed.non_key.median, speed.non_key_batched.median) > 0
    assert speed.peak_bytes is None or speed.peak_bytes > 2**20
