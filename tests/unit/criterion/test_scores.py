import math

import pytest
import torch

from mpvss.criterion import fused_score_loss, score_divergence
from mpvss.types import VOID


def test_it_is_the_mean_over_pixels_of_p_log_p_over_q():
    target = torch.tensor([[[[3.0, 0.5]], [[1.0, 0.5]]]])  # distributions (3/4, 1/4) and (1/2, 1/2)
    scores = torch.tensor([[[[0.2, 0.9]], [[0.2, 0.1]]]])  # (1/2, 1/2) and (9/10, 1/10)
    first = 0.75 * math.log(0.75 / 0.5) + 0.25 * math.log(0.25 / 0.5)
    second = 0.5 * math.log(0.5 / 0.9) + 0.5 * math.log(0.5 / 0.1)
    assert score_divergence(scores, target).item() == pytest.approx((first + second) / 2, abs=1e-2)


def test_it_is_zero_where_the_distributions_agree_whatever_their_sums():
    target = torch.rand(2, 5, 3, 4) + 0.2
    assert score_divergence(target, target).item() == 0
    assert score_divergence(2 * target, target).item() == pytest.approx(0, abs=1e-5)
    assert score_divergence(target.roll(1, dims=1), target) > 0.01


def test_it_is_finite_with_gradients_where_no_mask_claims_a_pixel():
    scores = torch.zeros(1, 4, 3, 5, requires_grad=True)
    loss = score_divergence(scores, torch.rand(1, 4, 3, 5))
    loss.backward()
    assert loss.isfinite()
    assert scores.grad.isfinite().all()
    assert scores.grad.any()


def test_the_loss_is_the_mean_over_labelled_pixels():
    torch.manual_seed(0)
    scores = torch.randn(2, 3, 4, 5)
    labels = torch.randint(0, 3, (2, 4, 5), dtype=torch.uint8)
    labels[0, :2] = VOID
    losses = [
        -scores[b, :, row, column].log_softmax(0)[labels[b, row, column].long()]
        for b, row, column in (labels != VOID).nonzero().tolist()
    ]
    torch.testing.assert_close(fused_score_loss(scores, labels), torch.stack(losses).mean())


def test_scores_are_upsampled_to_the_labels():
    torch.manual_seed(0)
    scores = torch.randn(1, 2, 4, 4)
    labels = torch.zeros(1, 8, 8, dtype=torch.uint8)
    upsampled = torch.nn.functional.interpolate(scores, size=(8, 8), mode="bilinear", align_corners=False)
    assert torch.equal(fused_score_loss(scores, labels), fused_score_loss(upsampled, labels))


def test_nothing_labelled_is_no_loss_with_gradients():
    scores = torch.randn(1, 3, 4, 5, requires_grad=True)
    loss = fused_score_loss(scores, torch.full((1, 8, 10), VOID, dtype=torch.uint8))
    loss.backward()
    assert loss == 0
    assert not scores.grad.any()
