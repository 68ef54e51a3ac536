import pytest
import torch
from torch import nn

from mpvss.benchmark import count_costs
from mpvss.propagation import MaskPropagation
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
    costs = count_costs(propagation, (33, 66), interval=5)
    assert costs.segmentor_parameters == NUM_QUERIES * 3 * 4 * 4
    assert costs.flow_parameters == 2 * 5 + 5
    assert costs.key_macs == CONVOLUTION + LABELS
    assert costs.non_key_macs == FLOW + WARP + LABELS
    assert costs.clip_macs == pytest.approx((3 * costs.key_macs + 12 * costs.non_key_macs) / 15)


@pytest.mark.parametrize(("interval", "num_keys"), [(1, 15), (4, 4), (7, 3), (15, 1), (40, 1)])
def test_a_clip_of_15_frames_has_a_key_frame_at_every_interval(interval, num_keys):
    propagation = MaskPropagation(OneConvolution(), OneProduct()).eval()
    costs = count_costs(propagation, (32, 32), interval)
    expected = (num_keys * costs.key_macs + (15 - num_keys) * costs.non_key_macs) / 15
    assert costs.clip_macs == pytest.approx(expected)


def test_flow_that_is_no_module_has_no_parameters():
    def still(key_frame, frame, queries):
        return queries.new_zeros(len(frame), 1, 2, 16, 24)

    costs = count_costs(MaskPropagation(OneConvolution(), still).eval(), (64, 96), interval=5)
    assert costs.flow_parameters == 0


def test_an_interval_of_zero_is_refused():
    with pytest.raises(ValueError, match="interval must be a whole number of frames, at least 1; got 0"):
        count_costs(MaskPropagation(OneConvolution(), OneProduct()).eval(), (64, 96), interval=0)
