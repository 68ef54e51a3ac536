import math

import pytest
import torch
from torch import distributed

from mpvss.criterion import HungarianMatcher, MaskCriterion, mask_losses
from mpvss.types import MaskTarget, Segments

NUM_CLASSES = 4


def criterion(num_points=32, **arguments):
    return MaskCriterion(NUM_CLASSES, HungarianMatcher(num_points=num_points), num_points=num_points, **arguments)


def random_segments(seed, batch=2, num_queries=5):
    generator = torch.Generator().manual_seed(seed)
    return Segments(
        torch.randn(batch, num_queries, NUM_CLASSES + 1, generator=generator).requires_grad_(),
        torch.randn(batch, num_queries, 3, 5, generator=generator).requires_grad_(),
    )


def random_targets(seed, num_targets=(2, 3)):
    generator = torch.Generator().manual_seed(seed)
    return [
        MaskTarget(
            torch.randperm(NUM_CLASSES, generator=generator)[:m], torch.rand(m, 12, 20, generator=generator) < 0.4
        )
        for m in num_targets
    ]


def perfect_segments(targets, num_queries=6, confidence=20.0):
    """Queries 0..M-1 say exactly what the targets are, the others "no object"."""
    class_logits = torch.full((len(targets), num_queries, NUM_CLASSES + 1), -confidence)
    mask_logits = torch.full((len(targets), num_queries, *targets[0].masks.shape[1:]), -confidence)
    for image, target in enumerate(targets):
        for query, (label, mask) in enumerate(zip(target.classes, target.masks, strict=True)):
            class_logits[image, query, label] = confidence
            mask_logits[image, query] = confidence * (2.0 * mask - 1)
        class_logits[image, len(target.classes) :, -1] = confidence
    return Segments(class_logits, mask_logits)


def half_targets(num_targets=(2, 1), height=12, width=20):
    """Left and right halves of the frame."""
    halves = torch.zeros(2, height, width, dtype=torch.bool)
    halves[0, :, : width // 2], halves[1, :, width // 2 :] = True, True
    return [MaskTarget(torch.arange(m), halves[:m]) for m in num_targets]


def test_mask_losses_equal_a_loop_over_points():
    generator = torch.Generator().manual_seed(0)
    logits, targets = torch.randn(3, 7, generator=generator), torch.rand(3, 7, generator=generator)
    entropy = dice = 0.0
    for row, target in zip(logits.tolist(), targets.tolist(), strict=True):
        probs = [1 / (1 + math.exp(-v)) for v in row]
        entropy += sum(-t * math.log(p) - (1 - t) * math.log(1 - p) for p, t in zip(probs, target, strict=True)) / len(
            row
        )
        overlap = sum(p * t for p, t in zip(probs, target, strict=True))
        dice += 1 - (2 * overlap + 1) / (sum(probs) + sum(target) + 1)
    mask_loss, dice_loss = mask_losses(logits, targets, num_masks=5)
    assert mask_loss.item() == pytest.approx(entropy / 5, rel=1e-6)
    assert dice_loss.item() == pytest.approx(dice / 5, rel=1e-6)


def test_mask_losses_have_the_right_gradients():
    generator = torch.Generator().manual_seed(0)
    targets = torch.rand(2, 5, generator=generator, dtype=torch.float64)
    logits = torch.randn(2, 5, generator=generator, dtype=torch.float64).requires_grad_()
    assert torch.autograd.gradcheck(lambda x: mask_losses(x, targets, 3.0), logits)


def test_class_loss_is_a_mean_weighted_by_class_weights():
    segments, targets = random_segments(0), random_targets(0)
    loss = criterion(no_object_weight=0.3)
    torch.manual_seed(1)
    (matches,) = loss.matcher([segments], targets)
    torch.manual_seed(1)
    value = loss(segments, targets).terms["class"]
    weighted = weights = 0.0
    log_probs = segments.class_logits.log_softmax(-1)
    for image, (target, match) in enumerate(zip(targets, matches, strict=True)):
        matched = dict(zip(match.queries.tolist(), target.classes[match.targets].tolist(), strict=True))
        for query in range(5):
            label = matched.get(query, NUM_CLASSES)
            weight = 1.0 if label < NUM_CLASSES else 0.3
            weighted -= weight * log_probs[image, query, label].item()
            weights += weight
    assert value.item() == pytest.approx(weighted / weights, rel=1e-5)


def test_constant_masks_have_hand_computed_losses():
    mask_loss, dice_loss = mask_losses(torch.full((1, 8), 2.0), torch.ones(1, 8), num_masks=1)
    prob = 1 / (1 + math.exp(-2))
    assert mask_loss.item() == pytest.approx(math.log(1 + math.exp(-2)), rel=1e-6)
    assert dice_loss.item() == pytest.approx(1 - (16 * prob + 1) / (8 * prob + 9), rel=1e-6)


def test_total_is_the_weighted_sum_over_terms_and_layers():
    layers = [random_segments(seed) for seed in range(3)]
    output = criterion(class_weight=2, mask_weight=5, dice_weight=7)(layers[0], random_targets(0), layers[1:])
    assert list(output.terms) == [f"{n}{s}" for s in ("", "_0", "_1") for n in ("class", "mask", "dice")]
    weights = {"class": 2, "mask": 5, "dice": 7}
    expected = sum(weights[name.split("_")[0]] * term.item() for name, term in output.terms.items())
    assert output.total.item() == pytest.approx(expected, rel=1e-6)


def test_every_layer_is_matched_on_its_own():
    targets = half_targets()
    right = perfect_segments(targets)
    reversed_queries = Segments(right.class_logits.flip(1), right.mask_logits.flip(1))
    terms = criterion()(right, targets, [reversed_queries]).terms
    assert terms["class"].item() == pytest.approx(terms["class_0"].item(), abs=1e-6)
    assert terms["class_0"] < 1e-6


def test_a_perfect_prediction_loses_almost_nothing_and_a_wrong_one_much():
    targets = half_targets(height=60, width=100)
    right = perfect_segments(targets)
    wrong = Segments(right.class_logits.roll(1, dims=-1), -right.mask_logits)
    torch.manual_seed(0)
    loss = criterion(num_points=512, importance_ratio=0.0)
    terms = loss(right, targets).terms
    assert terms["class"] < 1e-6
    # What remains lies within half a pixel of an edge, where target and logit are blended: 4 % of the area.
    assert terms["mask"] < 0.1
    assert terms["dice"] < 0.02
    assert loss(wrong, targets).total > 20 * loss(right, targets).total


def test_permuting_queries_and_targets_changes_nothing():
    segments, targets = random_segments(0), half_targets()
    order = torch.tensor([3, 1, 4, 0, 2])
    permuted = Segments(segments.class_logits[:, order], segments.mask_logits[:, order])
    swapped = [MaskTarget(t.classes.flip(0), t.masks.flip(0)) for t in targets]
    loss = criterion(num_points=20000)
    torch.manual_seed(0)
    expected = loss(segments, targets)
    for args in ((permuted, targets), (segments, swapped)):
        torch.manual_seed(0)
        output = loss(*args)
        assert output.terms["class"].item() == pytest.approx(expected.terms["class"].item(), rel=1e-5)
        # Each mask is looked at in random points, so its loss is an estimate.
        assert output.total.item() == pytest.approx(expected.total.item(), rel=1e-2)


def test_mask_terms_are_divided_by_the_targets_of_the_whole_batch():
    targets = half_targets((2, 1))
    wrong = Segments(torch.zeros(2, 6, NUM_CLASSES + 1), torch.zeros(2, 6, 3, 5))
    # All-zero logits cost log 2 at every point of every mask, whatever the points.
    assert criterion()(wrong, targets).terms["mask"].item() == pytest.approx(math.log(2), rel=1e-6)


@pytest.mark.parametrize("num_targets", [(0, 2), (0, 0)])
def test_images_without_targets_contribute_nothing(num_targets):
    segments, targets = random_segments(0), random_targets(0, num_targets)
    loss = criterion()
    loss.matcher.mask_weight = loss.matcher.dice_weight = 0.0  # so that no random points decide the assignment
    output = loss(segments, targets, [random_segments(1)])
    output.total.backward()
    for logits in segments:
        assert torch.equal(logits.grad[0], torch.zeros_like(logits[0]))
        assert logits.grad[1].isfinite().all()
        assert bool(logits.grad[1].any()) == bool(num_targets[1])
    if any(num_targets):
        alone = Segments(segments.class_logits[1:], segments.mask_logits[1:])
        assert output.terms["class"] == loss(alone, targets[1:]).terms["class"]
    else:
        assert all(term == 0 for term in output.terms.values())


def test_only_matched_masks_are_pulled():
    segments, targets = random_segments(0), random_targets(0)
    loss = criterion()
    torch.manual_seed(1)
    (matches,) = loss.matcher([segments], targets)
    torch.manual_seed(1)
    loss(segments, targets).total.backward()
    for gradient, match in zip(segments.mask_logits.grad, matches, strict=True):
        pulled = gradient.flatten(1).abs().sum(1).nonzero().flatten()
        assert pulled.tolist() == match.queries.tolist()


def test_following_the_gradient_recovers_the_targets():
    torch.manual_seed(0)
    targets = half_targets(height=6, width=10)
    segments = random_segments(0)
    optimizer = torch.optim.Adam(list(segments), lr=0.3)
    loss = criterion()
    for _ in range(120):
        optimizer.zero_grad()
        loss(segments, targets).total.backward()
        optimizer.step()
    (matches,) = loss.matcher([segments], targets)
    for image, (target, match) in enumerate(zip(targets, matches, strict=True)):
        said = segments.class_logits[image].argmax(-1)
        assert torch.equal(said[match.queries], target.classes[match.targets])
        assert (said == NUM_CLASSES).sum() == 5 - len(target.classes)
        # Columns 0, 1 and 3, 4 of 5 lie in one half each.
        masks = segments.mask_logits[image, match.queries][..., [0, 1, 3, 4]] > 0
        assert torch.equal(masks, target.masks[match.targets][:, ::2, [0, 2, 6, 8]])


def test_losses_are_float32_under_autocast():
    segments, targets = random_segments(0), random_targets(0)
    torch.manual_seed(0)
    expected = criterion()(segments, targets)
    torch.manual_seed(0)
    with torch.autocast("cpu", torch.bfloat16):
        output = criterion()(segments, targets)
    assert output.total.dtype == torch.float32
    assert output.total.item() == expected.total.item()
    halves = Segments(segments.class_logits.bfloat16(), segments.mask_logits.bfloat16())
    assert criterion()(halves, targets).total.dtype == torch.float32


def test_the_number_of_targets_is_averaged_over_processes(monkeypatch):
    targets = half_targets((2, 1))
    segments = Segments(torch.zeros(2, 6, NUM_CLASSES + 1), torch.zeros(2, 6, 3, 5))
    monkeypatch.setattr(distributed, "is_initialized", lambda: True)
    monkeypatch.setattr(distributed, "get_world_size", lambda: 2)
    # The other process has 9 targets: (3 + 9) / 2 = 6 instead of 3.
    monkeypatch.setattr(distributed, "all_reduce", lambda count: count.add_(9))
    assert criterion()(segments, targets).terms["mask"].item() == pytest.approx(math.log(2) / 2, rel=1e-6)


def test_targets_that_do_not_cover_the_padded_frame_are_refused():
    segments = Segments(torch.zeros(1, 2, NUM_CLASSES + 1), torch.zeros(1, 2, 32, 48))
    padded, unpadded = (
        MaskTarget(torch.tensor([0]), torch.zeros(1, *s, dtype=torch.bool)) for s in ((128, 192), (97, 161))
    )
    criterion()(segments, [padded])
    with pytest.raises(ValueError, match=r"\(32, 48\) mask logits.*got masks of \(97, 161\).*Pad the masks"):
        criterion()(segments, [unpadded])


def test_logits_and_targets_that_do_not_belong_together_are_refused():
    segments, targets = random_segments(0), random_targets(0)
    with pytest.raises(ValueError, match=r"K\+1 = 5; got \(2, 5, 4\)"):
        criterion()(Segments(segments.class_logits[..., :4], segments.mask_logits), targets)
    with pytest.raises(ValueError, match="and 1 targets"):
        criterion()(segments, targets[:1])
    with pytest.raises(ValueError, match=r"K\+1 = 5; got \(2, 5, 4\)"):
        criterion()(segments, targets, [Segments(segments.class_logits[..., :4], segments.mask_logits)])


def test_logits_that_diverged_are_refused():
    segments = random_segments(0)
    with torch.no_grad():
        segments.class_logits[0, 0] = float("nan")
    with pytest.raises(ValueError, match="costs must be finite"):
        criterion()(segments, random_targets(0))


@pytest.mark.parametrize(
    "arguments", [{"num_points": 0}, {"oversample_ratio": 0.5}, {"importance_ratio": 1.1}, {"no_object_weight": 0.0}]
)
def test_settings_out_of_range_are_refused(arguments):
    with pytest.raises(ValueError, match="must be at least 1"):
        MaskCriterion(NUM_CLASSES, HungarianMatcher(), **arguments)


def test_the_criterion_adds_nothing_to_a_checkpoint():
    assert not criterion().state_dict()
