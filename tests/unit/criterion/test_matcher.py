import math
from itertools import permutations

import pytest
import torch

from mpvss.criterion import HungarianMatcher, pair_costs
from mpvss.criterion.matcher import Assignment
from mpvss.types import MaskTarget, Segments


def random_batch(num_targets=(2, 3), num_queries=5, num_classes=4, seed=0):
    generator = torch.Generator().manual_seed(seed)
    batch = len(num_targets)
    segments = Segments(
        torch.randn(batch, num_queries, num_classes + 1, generator=generator),
        3 * torch.randn(batch, num_queries, 3, 5, generator=generator),
    )
    targets = [
        MaskTarget(
            torch.randperm(num_classes, generator=generator)[:m],
            torch.rand(m, 12, 20, generator=generator) < 0.4,
        )
        for m in num_targets
    ]
    return segments, targets


def slow_pair_costs(class_logits, point_logits, target_class, point_target):
    """One query, one target, as Python numbers."""
    exponentials = [math.exp(v) for v in class_logits]
    probs = [1 / (1 + math.exp(-v)) for v in point_logits]
    entropy = [-t * math.log(p) - (1 - t) * math.log(1 - p) for p, t in zip(probs, point_target, strict=True)]
    overlap = sum(p * t for p, t in zip(probs, point_target, strict=True))
    return (
        -exponentials[target_class] / sum(exponentials),
        sum(entropy) / len(entropy),
        1 - (2 * overlap + 1) / (sum(probs) + sum(point_target) + 1),
    )


def test_pair_costs_equal_a_loop_over_pairs():
    generator = torch.Generator().manual_seed(0)
    class_logits, point_logits = torch.randn(4, 6, generator=generator), torch.randn(4, 9, generator=generator)
    classes, point_targets = torch.tensor([3, 0, 4]), torch.rand(3, 9, generator=generator)
    costs = pair_costs(class_logits, point_logits, classes, point_targets)
    for n in range(4):
        for m in range(3):
            expected = slow_pair_costs(
                class_logits[n].tolist(), point_logits[n].tolist(), classes[m].item(), point_targets[m].tolist()
            )
            assert [cost[n, m].item() for cost in costs] == pytest.approx(expected, abs=1e-6)


def test_pair_costs_stay_exact_for_confident_logits():
    point_logits = torch.tensor([[80.0, -80.0, 80.0]])
    _, right, _ = pair_costs(torch.zeros(1, 2), point_logits, torch.tensor([0]), torch.tensor([[1.0, 0.0, 1.0]]))
    _, wrong, _ = pair_costs(torch.zeros(1, 2), point_logits, torch.tensor([0]), torch.tensor([[0.0, 0.0, 1.0]]))
    assert right.item() == pytest.approx(0, abs=1e-12)
    assert wrong.item() == pytest.approx(80 / 3)


def test_assignment_is_the_cheapest_of_all():
    segments, targets = random_batch((3, 1, 4))
    matcher = HungarianMatcher(num_points=64)
    costs = [cost for (cost,) in matcher.costs([segments], targets)]
    for cost, match in zip(costs, matcher.assignment(costs), strict=True):
        num_queries, num_targets = cost.shape
        cheapest = min(
            sum(cost[n, m].item() for m, n in enumerate(chosen))
            for chosen in permutations(range(num_queries), num_targets)
        )
        assert cost[match.queries, match.targets].sum().item() == pytest.approx(cheapest, abs=1e-5)
        assert sorted(match.targets.tolist()) == list(range(num_targets))


def test_costs_are_weighted_sums_on_points_shared_by_all_pairs():
    segments, targets = random_batch()
    parts = []
    for weights in ((1, 0, 0), (0, 1, 0), (0, 0, 1), (2, 5, 7)):
        torch.manual_seed(3)
        parts.append(HungarianMatcher(*weights, num_points=16).costs([segments], targets))
    for class_cost, mask_cost, dice_cost, total in zip(*parts, strict=True):
        torch.testing.assert_close(total, 2 * class_cost + 5 * mask_cost + 7 * dice_cost)
    # Two equal queries cost the same only if they are looked at in the same points.
    segments.mask_logits[:, 1], segments.class_logits[:, 1] = segments.mask_logits[:, 0], segments.class_logits[:, 0]
    for cost in HungarianMatcher(num_points=16).costs([segments], targets):
        torch.testing.assert_close(cost[:, 0], cost[:, 1])


def test_every_layer_is_matched_by_itself_on_points_of_its_own():
    (one, targets), (other, _) = random_batch((3,)), random_batch((3,), seed=1)
    matcher = HungarianMatcher(num_points=16)
    torch.manual_seed(3)
    (costs,) = matcher.costs([one, other], targets)
    torch.manual_seed(3)
    alone = [matcher.costs([layer], targets)[0][0] for layer in (one, other)]
    torch.testing.assert_close(list(costs), alone)
    torch.manual_seed(3)
    matches = matcher([one, other], targets)
    for (match,), cost in zip(matches, alone, strict=True):
        (expected,) = Assignment()([cost])
        assert torch.equal(match.queries, expected.queries)
        assert torch.equal(match.targets, expected.targets)


def test_segments_that_are_the_targets_are_matched_to_them_in_each_layer():
    _, targets = random_batch((3, 2))
    perfect, queries = [], (([4, 0, 5], [1, 3]), ([2, 1, 0], [5, 4]))
    for layer in queries:
        segments = Segments(torch.full((2, 6, 5), -5.0), torch.full((2, 6, 12, 20), -9.0))
        for image, (target, chosen) in enumerate(zip(targets, layer, strict=True)):
            segments.class_logits[image, chosen, target.classes] = 5.0
            segments.mask_logits[image, chosen] = 18.0 * target.masks - 9.0
        perfect.append(segments)
    for matches, layer in zip(HungarianMatcher(num_points=256)(perfect, targets), queries, strict=True):
        for match, chosen in zip(matches, layer, strict=True):
            assert dict(zip(match.targets.tolist(), match.queries.tolist(), strict=True)) == dict(enumerate(chosen))


def test_permuting_queries_permutes_the_match():
    segments, targets = random_batch()
    order = torch.tensor([3, 1, 4, 0, 2])
    matcher = HungarianMatcher(num_points=512)
    torch.manual_seed(0)
    (before,) = matcher([segments], targets)
    torch.manual_seed(0)
    (after,) = matcher([Segments(segments.class_logits[:, order], segments.mask_logits[:, order])], targets)
    for old, new in zip(before, after, strict=True):
        assert dict(zip(old.targets.tolist(), old.queries.tolist(), strict=True)) == dict(
            zip(new.targets.tolist(), order[new.queries].tolist(), strict=True)
        )


def test_images_without_targets_match_nothing():
    segments, targets = random_batch((0, 2))
    ((empty, other),) = HungarianMatcher(num_points=8)([segments], targets)
    assert empty.queries.shape == empty.targets.shape == (0,)
    assert empty.queries.dtype == torch.int64
    assert len(other.queries) == 2
    assert Assignment()([]) == []


def test_more_targets_than_queries_leaves_some_unmatched():
    segments, targets = random_batch((4,), num_queries=2)
    ((match,),) = HungarianMatcher(num_points=8)([segments], targets)
    assert match.queries.tolist() == [0, 1]
    assert len(set(match.targets.tolist())) == 2


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_costs_that_are_not_finite_are_refused(value):
    segments, targets = random_batch()
    segments.mask_logits[1, 2] = value
    with pytest.raises(ValueError, match="costs must be finite; got 3 of 25 that are not"):
        HungarianMatcher(num_points=8)([segments], targets)


def test_no_points_are_refused():
    with pytest.raises(ValueError, match="at least 1; got 0"):
        HungarianMatcher(num_points=0)
