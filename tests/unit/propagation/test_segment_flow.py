import pytest
import torch

from mpvss.propagation import segment_flow
from mpvss.types import Prediction, Segments


def prediction(num_flows=3):
    torch.manual_seed(0)
    segments = Segments(torch.randn(2, 3, 5), 4 * torch.randn(2, 3, 6, 8))
    return Prediction(segments, torch.randn(2, num_flows, 2, 6, 8))


def test_each_pixel_gets_the_flow_of_its_best_query():
    given = prediction()
    class_probs = given.segments.class_logits.softmax(-1)
    mask_probs = given.segments.mask_logits.sigmoid()
    expected = torch.zeros(2, 2, 6, 8)
    for b in range(2):
        for y in range(6):
            for x in range(8):
                scores = [float(class_probs[b, n, :4].max() * mask_probs[b, n, y, x]) for n in range(3)]
                expected[b, :, y, x] = given.flow[b, scores.index(max(scores)), :, y, x]
    assert torch.equal(segment_flow(given, (24, 32)), expected)


def test_one_shared_flow_is_given_as_it_is():
    given = prediction(num_flows=1)
    assert torch.equal(segment_flow(given, (24, 32)), given.flow[:, 0])


def test_the_padding_of_the_frame_is_cut_off():
    given = prediction()  # masks of 6x8 cover 24x32 pixels, so a flow pixel covers 4x4
    assert torch.equal(segment_flow(given, (17, 29)), segment_flow(given, (24, 32))[..., :5, :8])


def test_masks_finer_than_the_flow_are_brought_to_its_size():
    given = prediction()
    halves = torch.full((2, 3, 6, 8), -9.0)
    halves[:, 0, :, :4] = halves[:, 2, :, 4:] = 9.0
    coarse = Prediction(Segments(torch.zeros(2, 3, 5), halves), given.flow[..., :3, :4])
    owned = segment_flow(coarse, (24, 32))
    assert torch.equal(owned[..., :2], coarse.flow[:, 0, :, :, :2])
    assert torch.equal(owned[..., 2:], coarse.flow[:, 2, :, :, 2:])


def test_a_key_frame_has_no_flow_to_give():
    with pytest.raises(ValueError, match="got None"):
        segment_flow(prediction()._replace(flow=None), (24, 32))
