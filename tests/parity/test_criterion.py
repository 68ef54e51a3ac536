import pytest
import torch
from transformers import Mask2FormerConfig
from transformers.models.mask2former.modeling_mask2former import Mask2FormerLoss

from mpvss.criterion import HungarianMatcher, MaskCriterion
from mpvss.types import MaskTarget, Segments

NUM_CLASSES, NUM_POINTS = 6, 200


def _batch(num_targets):
    torch.manual_seed(3)
    segments = Segments(
        2 * torch.randn(len(num_targets), 9, NUM_CLASSES + 1), 4 * torch.randn(len(num_targets), 9, 7, 11)
    )
    targets = [
        MaskTarget(torch.randint(NUM_CLASSES, (count,)), torch.rand(count, 28, 44) > 0.6) for count in num_targets
    ]
    return segments, targets


@pytest.fixture
def peer():
    config = Mask2FormerConfig(num_labels=NUM_CLASSES, train_num_points=NUM_POINTS)
    return Mask2FormerLoss(config, weight_dict={})


# The same seed gives both sides the same points: both draw them in the same order.


@pytest.mark.parametrize("num_targets", [(3, 5), (12, 1)])
def test_the_matching_agrees_with_transformers(peer, num_targets):
    segments, targets = _batch(num_targets)
    torch.manual_seed(0)
    (matches,) = HungarianMatcher(num_points=NUM_POINTS)([segments], targets)
    torch.manual_seed(0)
    expected = peer.matcher(
        segments.mask_logits,
        segments.class_logits,
        [target.masks.float() for target in targets],
        [target.classes for target in targets],
    )
    for match, (queries, indices) in zip(matches, expected, strict=True):
        assert match.queries.tolist() == queries.tolist()
        assert match.targets.tolist() == indices.tolist()


@pytest.mark.parametrize("num_targets", [(3, 5), (12, 1)])
def test_the_losses_agree_with_transformers(peer, num_targets):
    segments, targets = _batch(num_targets)
    criterion = MaskCriterion(NUM_CLASSES, HungarianMatcher(num_points=NUM_POINTS), num_points=NUM_POINTS)
    torch.manual_seed(0)
    terms = criterion(segments, targets).terms
    torch.manual_seed(0)
    expected = peer(
        segments.mask_logits,
        segments.class_logits,
        [target.masks.float() for target in targets],
        [target.classes for target in targets],
    )
    names = {"class": "loss_cross_entropy", "mask": "loss_mask", "dice": "loss_dice"}
    for name, theirs in names.items():
        torch.testing.assert_close(terms[name], expected[theirs], atol=0, rtol=1e-5)
