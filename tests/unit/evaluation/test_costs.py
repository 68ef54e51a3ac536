import pytest
import torch

from mpvss.evaluation import GroundTruth, count_frame_costs
from mpvss.metrics import FrameCounts
from mpvss.propagation import FixedInterval, PerFrame

FRAME = torch.zeros(1, 3, 13, 22, dtype=torch.uint8)
UPSAMPLING = 4 * 2 * 16 * 32  # of two masks to the padded frame
AGGREGATION = UPSAMPLING + 2 * 3 * 16 * 32 + 4 * 3 * 13 * 22  # and three classes, there and resized to the frame


def counts(interval, num_frames):
    return FrameCounts.of(FixedInterval(interval).key_flags(num_frames))


def test_key_and_other_frames_are_counted_apart_and_averaged_over_an_interval(make_propagator):
    costs = count_frame_costs(make_propagator(), FRAME)
    assert costs.key == 7 * 11 + AGGREGATION
    assert costs.non_key == 3 * 5 + AGGREGATION
    assert costs.average(counts(1, 5)) == costs.key
    assert costs.average(counts(5, 5)) == pytest.approx((costs.key + 4 * costs.non_key) / 5)


def test_where_every_frame_is_segmented_all_cost_the_same(make_propagator):
    costs = count_frame_costs(PerFrame(make_propagator().segmentor).eval(), FRAME)
    assert costs.non_key is None
    assert costs.average(counts(5, 5)) == pytest.approx(costs.key)


def test_the_oracle_is_not_counted(make_propagator):
    assert count_frame_costs(make_propagator(GroundTruth(3)), FRAME) is None


def test_who_looks_ahead_pays_for_the_next_key_frame_only_where_there_is_one(make_ahead):
    ahead = make_ahead()
    step = ahead.step

    def twice(state, frame, next_key=None):
        if next_key is not None:
            ahead.small(torch.zeros(1, 3))
        return step(state, frame, next_key)

    ahead.step = twice
    costs = count_frame_costs(ahead, FRAME)
    assert (costs.non_key, costs.last) == (2 * 3 * 5 + AGGREGATION, 3 * 5 + AGGREGATION)
    # Key frames 0 and 5 of 7: four frames lie between them, one comes after.
    assert costs.average(counts(5, 7)) == pytest.approx((2 * costs.key + 4 * costs.non_key + costs.last) / 7)
