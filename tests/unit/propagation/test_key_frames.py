import pytest

from mpvss.propagation.key_frames import FixedInterval


def test_every_third_frame_is_a_key_frame_from_the_first_on():
    assert [index for index in range(8) if FixedInterval(3)(index)] == [0, 3, 6]


def test_interval_one_makes_every_frame_a_key_frame():
    assert all(FixedInterval(1)(index) for index in range(5))


def test_the_default_is_the_papers():
    assert FixedInterval().interval == 5


@pytest.mark.parametrize("interval", [0, -2, 2.0, "5", None, True])
def test_anything_but_a_positive_whole_number_is_refused_by_value(interval):
    with pytest.raises(ValueError, match=f"at least 1; got {interval!r}"):
        FixedInterval(interval)
