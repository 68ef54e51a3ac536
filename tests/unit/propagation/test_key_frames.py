from dataclasses import dataclass

import pytest
import torch

from mpvss.propagation import FixedInterval, describe_schedule, fixed_interval

FRAME = torch.zeros(3, 5, 7, dtype=torch.uint8)


def asked(schedule, index):
    return schedule(index, 0, FRAME, None)


def test_every_third_frame_is_a_key_frame_from_the_first_on():
    assert [index for index in range(8) if asked(FixedInterval(3), index)] == [0, 3, 6]


def test_interval_one_makes_every_frame_a_key_frame():
    assert all(asked(FixedInterval(1), index) for index in range(5))


def test_the_default_is_the_papers():
    assert FixedInterval().interval == 5


@pytest.mark.parametrize("interval", [0, -2, 2.0, "5", None, True])
def test_anything_but_a_positive_whole_number_is_refused_by_value(interval):
    with pytest.raises(ValueError, match=f"at least 1; got {interval!r}"):
        FixedInterval(interval)


def test_key_frames_are_known_without_frames():
    assert FixedInterval(3).key_flags(5) == [asked(FixedInterval(3), index) for index in range(5)]


class Nameless:
    def __call__(self, index, since_key, frame, state):
        return False


@dataclass
class Described(Nameless):
    threshold: float

    __call__ = Nameless.__call__


def every_second(index, since_key, frame, state):
    return since_key == 2


def test_a_schedule_is_called_by_its_settings_or_else_by_its_name_never_by_its_address():
    schedules = [FixedInterval(4), Described(0.5), Nameless(), every_second]
    assert [describe_schedule(schedule) for schedule in schedules] == [
        "FixedInterval(4)", "Described(threshold=0.5)", "Nameless", "every_second",
    ]  # fmt: skip


def test_what_needs_a_fixed_interval_refuses_another_schedule_by_name():
    assert fixed_interval(FixedInterval(4), "a table").interval == 4
    with pytest.raises(ValueError, match=r"a table needs key frames at a fixed interval; got every_second\. Set keyf"):
        fixed_interval(every_second, "a table")
