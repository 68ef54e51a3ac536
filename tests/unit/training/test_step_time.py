import functools

import pytest
import torch

from mpvss.training.step_time import PARTS, CudaClock, HostClock, Laps, StepTime, clock_of


class Event:
    """Stands for a GPU's event: its time is known once the GPU has got to it."""

    def __init__(self, enable_timing, log):
        assert enable_timing
        self.milliseconds, self.log = None, log

    def record(self):
        self.log.append(self)

    def query(self):
        return self.milliseconds is not None

    def elapsed_time(self, end):
        return end.milliseconds - self.milliseconds


def test_steps_add_up_and_their_shares_sum_to_one():
    total = StepTime.total([StepTime(2, 1, 2, 3, 2, 4, 5), StepTime(4, 1, 0, 1, 1, 2, 1)])
    assert total == StepTime(6, 2, 2, 4, 3, 6, 6)
    assert total.seconds == 20  # the assignment is part of the matching
    assert [total.share(part) for part in PARTS] == [0.1, 0.1, 0.2, 0.3, 0.3]
    assert total.share("assignment") == 0.15


def test_laps_of_one_name_are_added(monkeypatch):
    moments = iter([1.0, 3.0, 7.0, 8.0, 10.0])
    monkeypatch.setattr("mpvss.training.step_time.perf_counter", lambda: next(moments))
    laps = Laps(HostClock())
    for name in ("a", "b", "a"):
        laps.end(name)
    assert laps.seconds() == {"a": 2 + 1, "b": 4}
    assert laps.seconds()["other"] == 0
    following = laps.follow()  # without a gap
    following.end("c")
    assert following.seconds() == {"c": 2}


def test_a_gpu_is_asked_for_its_own_time_and_not_waited_for(monkeypatch):
    recorded = []
    monkeypatch.setattr(torch.cuda, "Event", functools.partial(Event, log=recorded))
    laps = Laps(clock_of(torch.device("cuda")))
    laps.end("a")
    laps.end("b")
    begin, middle, end = recorded
    begin.milliseconds, middle.milliseconds = 0.0, 1500.0
    assert not laps.are_over()
    end.milliseconds = 1750.0
    assert laps.are_over()
    assert laps.seconds() == {"a": 1.5, "b": 0.25}


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_tells_how_long_it_works():
    clock = CudaClock()
    begin = clock.now()
    torch.cuda._sleep(10**8)
    end = clock.now()
    assert not clock.reached(end)
    torch.cuda.synchronize()
    assert clock.seconds(begin, end) > 0.01


def test_the_cpu_has_the_hosts_clock():
    clock = clock_of(torch.device("cpu"))
    begin = clock.now()
    assert clock.reached(begin)
    assert clock.seconds(begin, clock.now()) >= 0
