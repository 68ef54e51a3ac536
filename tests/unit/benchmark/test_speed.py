import pytest
import torch

from mpvss.benchmark import measure_speed
from mpvss.types import KeyState, Prediction, Segments


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
    speed = measure_speed(propagation, (23, 41), interval=5, repeats=2, warmup=1)
    assert speed.key.median == 6.0
    assert speed.non_key.median == 3.0 + 1.0
    assert speed.non_key_batched.median == (3.0 + 4 * 1.0) / 4
    assert speed.clip_seconds == pytest.approx((3 * 6.0 + 12 * 1.75) / 15)
    assert propagation.batches == [1, 4] * 3 + [4]  # the last one for the memory


def test_at_interval_1_every_frame_is_a_key_frame(clock):
    speed = measure_speed(Sleepy(clock, 6.0, 3.0, 1.0).eval(), (23, 41), interval=1, repeats=1, warmup=0)
    assert speed.clip_seconds == 6.0
    assert speed.non_key_batched == speed.non_key


def test_a_real_propagator_is_timed(build):
    speed = measure_speed(build().eval(), (23, 41), interval=3, repeats=1, warmup=0)
    assert min(speed.key.median, speed.non_key.median, speed.non_key_batched.median) > 0
    assert speed.peak_bytes is None or speed.peak_bytes > 2**20
