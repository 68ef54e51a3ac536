import numpy as np
import pytest
import torch

from mpvss.metrics import SegmentationScores, confusion_matrix, iou_scores
from mpvss.types import VOID


def slow_scores(prediction, labels, num_classes, over):
    """Pixel by pixel, from the definitions: sets of pixels, no confusion matrix."""
    valid = [(p, t) for p, t in zip(prediction.ravel().tolist(), labels.ravel().tolist(), strict=True) if t != VOID]
    if not valid:
        return {}
    ious, weighted = {}, 0.0
    for c in range(num_classes):
        intersection = sum(p == c and t == c for p, t in valid)
        union = sum(p == c or t == c for p, t in valid)
        labelled = sum(t == c for _, t in valid)
        if labelled or (over == "union" and union):
            ious[c] = 100 * intersection / union
            weighted += ious[c] * labelled / len(valid)
    accuracy = 100 * sum(p == t for p, t in valid) / len(valid)
    return {
        "mIoU": sum(ious.values()) / len(ious),
        "WIoU": weighted,
        "pixel_accuracy": accuracy,
        "class_IoU": ious,
        "drift": {0: sum(ious.values()) / len(ious)},
    }


def random_maps(seed, num_classes, void, labelled_classes):
    """Blocky labels with void, and a prediction that is right in about half of the blocks."""
    rng = np.random.default_rng(seed)
    blocks = rng.integers(0, labelled_classes, (3, 3, 4))
    labels = np.repeat(np.repeat(blocks, 3, 1), 2, 2)[:, :7, :5]
    prediction = np.where(rng.random(labels.shape) < 0.5, labels, rng.integers(0, num_classes, labels.shape))
    labels = np.where(rng.random(labels.shape) < void, VOID, labels)
    return prediction.astype(np.uint8), labels.astype(np.uint8)


@pytest.mark.parametrize("over", ["target", "union"])
@pytest.mark.parametrize(("void", "labelled_classes"), [(0.0, 6), (0.3, 6), (0.2, 3), (1.0, 6)])
def test_scores_equal_a_loop_over_pixels(over, void, labelled_classes):
    for seed in range(3):
        prediction, labels = random_maps(seed, 6, void, labelled_classes)
        metric = SegmentationScores(6, over)
        for p, t in zip(prediction, labels, strict=True):
            metric.update(torch.from_numpy(p)[None], torch.from_numpy(t)[None])
        expected = slow_scores(prediction, labels, 6, over)
        scores = metric.compute()
        assert scores.keys() == expected.keys()
        for name, value in expected.items():
            assert scores[name] == pytest.approx(value, abs=1e-9)


@pytest.mark.parametrize("over", ["target", "union"])
def test_scores_of_shapes_that_are_a_little_off_equal_a_loop_over_pixels(over):
    labels = np.zeros((2, 9, 13), dtype=np.uint8)
    labels[:, 3:] = 1
    labels[0, 5:8, 2:6], labels[1, 4:9, 10:] = 2, VOID
    prediction = np.roll(np.where(labels == VOID, 4, labels), 1, axis=2).astype(np.uint8)
    metric = SegmentationScores(6, over)
    metric.update(torch.from_numpy(prediction), torch.from_numpy(labels))
    expected = slow_scores(prediction, labels, 6, over)
    assert metric.compute()["class_IoU"] == pytest.approx(expected.pop("class_IoU"), abs=1e-9)
    assert metric.compute()["drift"] == pytest.approx(expected.pop("drift"), abs=1e-9)
    assert {name: metric.compute()[name] for name in expected} == pytest.approx(expected, abs=1e-9)


def test_hand_computed_confusion_matrix():
    prediction = torch.tensor([[0, 1, 1], [2, 0, 1]])
    labels = torch.tensor([[0, 0, 1], [2, VOID, 2]])
    expected = torch.tensor([[1, 1, 0], [0, 1, 0], [0, 1, 1]])
    assert torch.equal(confusion_matrix(prediction, labels, 3), expected)


def test_predictions_on_void_are_no_false_positives():
    labels = torch.tensor([[[0, 0, VOID, VOID]]])
    metric = SegmentationScores(3)
    metric.update(torch.tensor([[[0, 0, 0, 2]]]), labels)
    assert metric.compute()["mIoU"] == 100.0


def test_only_the_union_counts_classes_that_are_only_predicted():
    confusion = torch.tensor([[3, 1], [0, 0]])
    assert iou_scores(confusion, "target")["class_IoU"] == {0: 75.0}
    assert iou_scores(confusion, "union")["class_IoU"] == {0: 75.0, 1: 0.0}
    assert iou_scores(confusion, "union")["mIoU"] == 37.5


def test_drift_is_the_mean_iou_of_the_frames_at_each_distance():
    prediction, labels = random_maps(7, 6, 0.2, 4)
    prediction[1] = labels[1] * (labels[1] != VOID)  # perfect at distance 1
    metric = SegmentationScores(6, interval=4)
    metric.update(torch.from_numpy(prediction), torch.from_numpy(labels), [3, 1, 0])
    expected = {
        distance: slow_scores(prediction[frame], labels[frame], 6, "target")["mIoU"]
        for distance, frame in ((0, 2), (1, 1), (3, 0))
    }
    assert metric.compute()["drift"] == pytest.approx(expected, abs=1e-9)
    assert expected[1] == 100.0
    pooled = slow_scores(prediction, labels, 6, "target")
    assert metric.compute()["mIoU"] == pytest.approx(pooled["mIoU"], abs=1e-9)


def test_without_labelled_pixels_no_score_is_given():
    metric = SegmentationScores(2)
    metric.update(torch.zeros(1, 3, 2, dtype=torch.uint8), torch.full((1, 3, 2), VOID, dtype=torch.uint8))
    assert metric.compute() == {}


@pytest.mark.parametrize("dtype", [torch.uint8, torch.int16, torch.int32, torch.int64])
def test_the_integer_type_does_not_matter(dtype):
    prediction, labels = (torch.from_numpy(m) for m in random_maps(5, 4, 0.2, 4))
    expected = confusion_matrix(prediction, labels, 4)
    assert torch.equal(confusion_matrix(prediction.to(dtype), labels.to(dtype), 4), expected)


def test_all_255_classes_of_a_byte_can_be_scored():
    labels = torch.arange(255, dtype=torch.uint8)[None]
    assert confusion_matrix(labels, labels, 255).trace() == 255


def test_reset_forgets():
    metric = SegmentationScores(2)
    metric.update(torch.zeros(1, 2, 3).byte(), torch.ones(1, 2, 3).byte())
    metric.reset()
    metric.update(torch.ones(1, 2, 3).byte(), torch.ones(1, 2, 3).byte())
    assert metric.compute()["mIoU"] == 100.0


def test_bad_maps_are_refused_with_the_numbers():
    labels = torch.tensor([[0, 1, 7]])
    with pytest.raises(ValueError, match=r"labels must be in 0..2 or 255 for void; got 7 in 1 pixels"):
        confusion_matrix(torch.zeros_like(labels), labels, 3)
    with pytest.raises(ValueError, match=r"prediction must be in 0..2 everywhere; got 255 in 2 pixels"):
        confusion_matrix(torch.tensor([[0, 255, 255]]), torch.tensor([[0, 1, 255]]), 3)
    with pytest.raises(ValueError, match=r"prediction must be in 0..255; got values from -1 to 300"):
        confusion_matrix(torch.tensor([[0, -1, 300]]), torch.zeros(1, 3).byte(), 3)
    with pytest.raises(ValueError, match=r"integer classes; got torch.float32"):
        confusion_matrix(torch.zeros(1, 3), torch.zeros(1, 3).byte(), 3)
    with pytest.raises(ValueError, match=r"same shape; got \(1, 2\) and \(1, 3\)"):
        confusion_matrix(torch.zeros(1, 2).byte(), torch.zeros(1, 3).byte(), 3)


def test_bad_settings_are_refused():
    with pytest.raises(ValueError, match=r"1..255, since labels are bytes; got 256"):
        SegmentationScores(256)
    with pytest.raises(ValueError, match="interval must be at least 1 frame; got 0"):
        SegmentationScores(3, interval=0)
    with pytest.raises(ValueError, match=r"same shape; got \(2, 1, 3\) and \(1, 1, 3\)"):
        SegmentationScores(3).update(torch.zeros(2, 1, 3).byte(), torch.zeros(1, 1, 3).byte())
    with pytest.raises(ValueError, match="'target' or 'union' classes; got 'all'"):
        SegmentationScores(3, "all")
