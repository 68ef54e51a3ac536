import math

import pytest
import torch

from mpvss.propagation import label_map, mask_scores, semantic_map, semantic_scores
from mpvss.types import Prediction, Segments


def test_scores_are_class_probability_times_mask_summed_over_queries():
    class_logits = torch.log(torch.tensor([[[0.6, 0.3, 0.1], [0.2, 0.2, 0.6]]]))
    mask_logits = torch.tensor([2.0, -1.0]).view(1, 2, 1, 1).expand(1, 2, 8, 8)
    scores = semantic_scores(Segments(class_logits, mask_logits), (30, 29))
    masks = [1 / (1 + math.exp(-2)), 1 / (1 + math.exp(1))]
    assert scores.shape == (1, 2, 30, 29)
    assert scores[0, 0].unique().item() == pytest.approx(0.6 * masks[0] + 0.2 * masks[1])
    assert scores[0, 1].unique().item() == pytest.approx(0.3 * masks[0] + 0.2 * masks[1])


def test_masks_are_upsampled_as_logits_and_padding_is_cut_at_the_right_and_bottom():
    torch.manual_seed(0)
    mask_logits = torch.randn(1, 1, 3, 4)
    scores = semantic_scores(Segments(torch.tensor([[[0.0, -100.0]]]), mask_logits), (11, 13))
    row, column = 5, 6  # between rows 0.875 and columns 1.125 of the logits
    y, x = (row + 0.5) / 4 - 0.5, (column + 0.5) / 4 - 0.5
    top, left = int(y), int(x)
    corners = mask_logits[0, 0, top : top + 2, left : left + 2]
    weights = torch.tensor([[1 - (y - top)], [y - top]]) * torch.tensor([[1 - (x - left), x - left]])
    assert scores[0, 0, row, column].item() == pytest.approx((weights * corners).sum().sigmoid().item(), abs=1e-6)


def test_the_map_holds_the_best_class_of_each_pixel():
    torch.manual_seed(0)
    segments = Segments(torch.randn(3, 5, 8), torch.randn(3, 5, 8, 16))
    labels = semantic_map(segments, (29, 61))
    assert labels.dtype == torch.uint8
    assert torch.equal(labels.long(), semantic_scores(segments, (29, 61)).argmax(1))


def test_a_frame_larger_than_the_masks_is_refused():
    with pytest.raises(ValueError, match="cover 32x64 pixels; got a frame of 33x64"):
        semantic_map(Segments(torch.zeros(1, 2, 3), torch.zeros(1, 2, 8, 16)), (33, 64))


def test_scores_at_mask_resolution_are_the_same_sum_without_upsampling():
    torch.manual_seed(0)
    segments = Segments(torch.randn(1, 3, 5), torch.randn(1, 3, 2, 4))
    scores = mask_scores(segments)
    probs, masks = segments.class_logits.softmax(-1), segments.mask_logits.sigmoid()
    for category in range(4):
        expected = sum(probs[0, query, category] * masks[0, query] for query in range(3))
        torch.testing.assert_close(scores[0, category], expected)


def test_a_prediction_of_segments_is_labelled_by_its_segments():
    torch.manual_seed(0)
    segments = Segments(torch.randn(3, 5, 8), torch.randn(3, 5, 8, 16))
    assert torch.equal(label_map(Prediction(segments), (29, 61)), semantic_map(segments, (29, 61)))
