"""Cityscapes' ways to average, against each distance scored by itself."""

import numpy as np
import pytest
import torch

from mpvss.metrics import GapScores, SegmentationScores
from mpvss.types import VOID


def pairs():
    """Twelve labelled frames at gaps 0..3, the farther the worse."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, (12, 5, 7))
    gaps = np.arange(12) % 4
    wrong = rng.random(labels.shape) < 0.1 + 0.2 * gaps[:, None, None]
    prediction = np.where(wrong, rng.integers(0, 3, labels.shape), labels)
    labels[:, 0] = VOID
    return torch.from_numpy(prediction).byte(), torch.from_numpy(labels).byte(), gaps.tolist()


def at_distance(distance):
    prediction, labels, gaps = pairs()
    metric = SegmentationScores(3)
    for index, d in enumerate(gaps):
        if d == distance:
            metric.update(prediction[index][None], labels[index][None])
    return metric.compute()


@pytest.mark.parametrize(
    ("interval", "gaps", "counted"),
    [(1, "all", [0]), (1, "grid", [0]), (3, "all", [0, 1, 2]), (3, "grid", [1]), (4, "all", [0, 1, 2, 3]),
     (4, "grid", [3])],
)  # fmt: skip
def test_the_score_is_the_mean_over_the_gaps_that_count(interval, gaps, counted):
    metric = GapScores(3, interval, gaps)
    prediction, labels, gaps = pairs()
    for part in (slice(0, 5), slice(5, 12)):
        metric.update(prediction[part], labels[part], gaps[part])
    scores = metric.compute()
    for name in ("mIoU", "WIoU", "pixel_accuracy"):
        assert scores[name] == pytest.approx(np.mean([at_distance(d)[name] for d in counted]), abs=1e-9)
    for index in range(3):
        expected = np.mean([at_distance(d)["class_IoU"][index] for d in counted])
        assert scores["class_IoU"][index] == pytest.approx(expected, abs=1e-9)
    assert scores["drift"] == {d: at_distance(d)["mIoU"] for d in range(interval)}


def test_a_class_that_is_absent_at_a_distance_is_averaged_over_the_others():
    metric = GapScores(2, interval=2)
    metric.update(torch.tensor([[[0, 1]], [[0, 0]]]), torch.tensor([[[0, 1]], [[0, VOID]]]), [0, 1])
    assert metric.compute()["class_IoU"] == {0: 100.0, 1: 100.0}


def test_without_pairs_at_a_distance_that_counts_there_is_no_score():
    prediction, labels, gaps = pairs()
    metric = GapScores(3, interval=5)
    metric.update(prediction, labels, gaps)  # none at a gap of 4
    assert metric.compute() == {}


def test_unknown_gaps_are_refused():
    with pytest.raises(ValueError, match=r"'grid', key frames at 0, 5, 10, ...; got 'some'"):
        GapScores(3, 5, "some")
