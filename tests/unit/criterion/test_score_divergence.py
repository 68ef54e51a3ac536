import math

import pytest
import torch

from mpvss.criterion import score_divergence


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
