import pytest
import torch
from torch import nn

from mpvss.benchmark import count_costs
from mpvss.propagation import (
    BidirectionalPropagation,
    FeaturePropagation,
    FixedInterval,
    MaskPropagation,
    PerFrame,
    ScoreFusion,
)
from mpvss.types import KeyState, Segments

NUM_QUERIES, NUM_CLASSES = 3, 4


class OneConvolution(nn.Module):
    """A segmentor whose masks are one strided convolution of the padded frame."""

    def __init__(self):
        super().__init__()
        self.masks = nn.Conv2d(3, NUM_QUERIES, 4, stride=4, bias=False)

    def forward(self, frame):
        padded = nn.functional.pad(frame, (0, -frame.shape[-1] % 32, 0, -frame.shape[-2] % 32)).float()
        class_logits = padded.new_zeros(len(frame), NUM_QUERIES, NUM_CLASSES + 1)
        return KeyState(Segments(class_logits, self.masks(padded)), padded.new_zeros(len(frame), NUM_QUERIES, 2), frame)


class OneProduct(nn.Module):
    """A flow module that multiplies the queries by a matrix and moves nothing."""

    def __init__(self):
        super().__init__()
        self.product = nn.Linear(2, 5)

    def forward(self, key_frame, frame, queries):
        self.product(queries)
        return queries.new_zeros(len(frame), 1, 2, 16, 24)


# A frame of 33x66 is padded to 64x96, its masks are 16x24.
CONVOLUTION = 16 * 24 * NUM_QUERIES * 3 * 4 * 4
UPSAMPLING = 4 * NUM_QUERIES * 64 * 96
AGGREGATION = NUM_QUERIES * NUM_CLASSES * 64 * 96
FINAL_RESIZE = 4 * NUM_CLASSES * 33 * 66
LABELS = UPSAMPLING + AGGREGATION + FINAL_RESIZE
FLOW = NUM_QUERIES * 2 * 5
WARP = 4 * NUM_QUERIES * 16 * 24


@pytest.mark.parametrize("device", ["cpu", "meta"])
def test_costs_are_the_sum_of_the_parts_by_hand(device):
    with torch.device(device):
        propagation = MaskPropagation(OneConvolution(), OneProduct()).eval()
    costs = count_costs(propagation, (33, 66), FixedInterval(5))
    assert costs.segmentor_parameters == NUM_QUERIES * 3 * 4 * 4
    assert costs.flow_parameters == 2 * 5 + 5
    assert costs.key_macs == CONVOLUTION + LABELS
    assert costs.non_key_macs == FLOW + WARP + LABELS
    assert costs.clip_macs == pytest.approx((3 * costs.key_macs + 12 * costs.non_key_macs) / 15)


@pytest.mark.parametrize(("interval", "num_keys"), [(1, 15), (4, 4), (7, 3), (15, 1), (40, 1)])
def test_a_clip_of_15_frames_has_a_key_frame_at_every_interval(interval, num_keys):
    propagation = MaskPropagation(OneConvolution(), OneProduct()).eval()
    costs = count_costs(propagation, (32, 32), FixedInterval(interval))
    expected = (num_keys * costs.key_macs + (15 - num_keys) * costs.non_key_macs) / 15
    assert costs.clip_macs == pytest.approx(expected)


class NoFlow(nn.Module):
    """A flow module without weights: one map for all, which moves nothing."""

    per_segment = False

    def forward(self, key_frame, frame, queries):
        return queries.new_zeros(len(frame), 1, 2, 16, 24)


class WithFeatures(OneConvolution):
    """Keeps a pyramid of two maps, 5 channels at 1/4 and 7 at 1/8, and makes masks of the finer one."""

    def __init__(self):
        super().__init__()
        self.head = nn.Conv2d(5, NUM_QUERIES, 1, bias=False)

    def forward(self, frame):
        features = (torch.zeros(len(frame), 5, 16, 24), torch.zeros(len(frame), 7, 8, 12))
        return super().forward(frame)._replace(features=features)

    def decode(self, pyramid, frame):
        class_logits = torch.zeros(len(frame), NUM_QUERIES, NUM_CLASSES + 1)
        return KeyState(Segments(class_logits, self.head(pyramid[0])), torch.zeros(1, NUM_QUERIES, 2), frame)


SIZE = (33, 66)
ONE = NUM_QUERIES * 3 * 4 * 4  # parameters of OneConvolution
FUSING = 2 * NUM_CLASSES * NUM_CLASSES  # weights of the fusing convolution


def test_segmenting_every_frame_has_neither_flow_nor_cheaper_frames():
    costs = count_costs(PerFrame(OneConvolution()).eval(), SIZE, FixedInterval(5))
    assert (costs.parameters, costs.flow_parameters, costs.other_parameters) == (ONE, 0, 0)
    assert costs.key_macs == costs.non_key_macs == costs.clip_macs == CONVOLUTION + LABELS


def test_both_directions_estimate_flow_and_warp_twice_and_aggregate_once():
    propagation = BidirectionalPropagation(OneConvolution(), OneProduct()).eval()
    costs = count_costs(propagation, SIZE, FixedInterval(5))
    assert costs.non_key_macs == 2 * (FLOW + WARP) + LABELS
    assert costs.clip_macs == pytest.approx((3 * costs.key_macs + 12 * costs.non_key_macs) / 15)


def test_feature_propagation_warps_every_level_and_runs_the_head():
    costs = count_costs(FeaturePropagation(WithFeatures(), NoFlow()).eval(), SIZE, FixedInterval(5))
    resized_flow = 4 * 2 * 8 * 12  # for the coarser level
    warps = 4 * (5 * 16 * 24 + 7 * 8 * 12)
    assert costs.non_key_macs == resized_flow + warps + 5 * NUM_QUERIES * 16 * 24 + LABELS


def test_score_fusion_runs_the_smaller_segmentor_and_fuses_at_the_masks_resolution():
    fusion = ScoreFusion(OneConvolution(), NoFlow(), OneConvolution(), NUM_CLASSES).eval()
    costs = count_costs(fusion, SIZE, FixedInterval(5))
    scores = 2 * NUM_QUERIES * NUM_CLASSES * 16 * 24
    warp_of_scores = 4 * NUM_CLASSES * 16 * 24
    enlarging = 4 * NUM_CLASSES * 64 * 96
    assert costs.non_key_macs == CONVOLUTION + scores + warp_of_scores + FUSING * 16 * 24 + enlarging
    assert costs.other_parameters == ONE + FUSING + NUM_CLASSES
    assert costs.parameters == 2 * ONE + FUSING + NUM_CLASSES


def test_a_segmentor_that_plays_both_parts_is_counted_once():
    segmentor = OneConvolution()
    costs = count_costs(ScoreFusion(segmentor, NoFlow(), segmentor, NUM_CLASSES).eval(), SIZE, FixedInterval(5))
    assert costs.parameters == ONE + FUSING + NUM_CLASSES


def test_flow_that_is_no_module_has_no_parameters():
    def still(key_frame, frame, queries):
        return queries.new_zeros(len(frame), 1, 2, 16, 24)

    costs = count_costs(MaskPropagation(OneConvolution(), still).eval(), (64, 96), FixedInterval(5))
    assert costs.flow_parameters == 0


def test_an_interval_of_zero_is_refused():
    with pytest.raises(ValueError, match="interval must be a whole number of frames, at least 1; got 0"):
        count_costs(MaskPropagation(OneConvolution(), OneProduct()).eval(), (64, 96), FixedInterval(0))
