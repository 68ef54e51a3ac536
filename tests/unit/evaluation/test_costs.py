import pytest
import torch

from mpvss.evaluation import GroundTruth, count_frame_costs
from mpvss.propagation import PerFrame

FRAME = torch.zeros(1, 3, 13, 22, dtype=torch.uint8)
AGGREGATION = 4 * 2 * 16 * 32 + 2 * 3 * 13 * 22  # upsampling of two masks to the padded frame, and three classes


def test_key_and_other_frames_are_counted_apart_and_averaged_over_an_interval(make_propagator):
    costs = count_frame_costs(make_propagator(), FRAME)
    assert costs.key * 1e9 == pytest.approx(7 * 11 + AGGREGATION)
    assert costs.non_key * 1e9 == pytest.approx(3 * 5 + AGGREGATION)
    assert costs.average(1) == costs.key
    assert costs.average(5) == pytest.approx((costs.key + 4 * costs.non_key) / 5)


def test_where_every_frame_is_segmented_all_cost_the_same(make_propagator):
    costs = count_frame_costs(PerFrame(make_propagator().segmentor).eval(), FRAME)
    assert costs.non_key is None
    assert costs.average(5) == pytest.approx(costs.key)


def test_the_oracle_is_not_counted(make_propagator):
    assert count_frame_costs(make_propagator(GroundTruth(3)), FRAME) is None
