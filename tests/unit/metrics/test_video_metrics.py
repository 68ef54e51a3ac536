import os
import subprocess
import sys
from datetime import timedelta

import numpy as np
import pytest
import torch
from torch import distributed

from mpvss.metrics import SegmentationScores, VideoConsistency, VideoMetrics
from mpvss.types import VOID


def videos(lengths=(9, 4, 12, 6)):
    rng = np.random.default_rng(0)
    result = []
    for num_frames in lengths:
        labels = torch.from_numpy(rng.integers(0, 3, (1, 5, 7)).astype(np.uint8)).repeat(num_frames, 1, 1)
        labels[:, 0] = VOID
        noise = torch.from_numpy(rng.random((num_frames, 5, 7)))
        prediction = torch.where(noise < 0.1, 2, labels.clamp(max=2))
        result.append((prediction.byte(), torch.where(noise > 0.9, 1, labels).byte()))
    return result


def test_scores_are_those_of_the_parts_in_order():
    metrics, iou = VideoMetrics(3, lengths=[8, 2]), SegmentationScores(3)
    parts = {
        (preset, length): VideoConsistency(length, preset) for preset in ("official", "paper") for length in (8, 2)
    }
    for prediction, labels in videos():
        for start in range(0, len(labels), 5):
            metrics.update(prediction[start : start + 5], labels[start : start + 5], start)
        iou.update(prediction, labels)
        for part in parts.values():
            part.update(prediction, labels, start=0)
    scores = metrics.compute()
    assert list(scores) == ["mIoU", "WIoU", "pixel_accuracy", "mVC8", "mVC2", "mVC8_paper", "mVC2_paper"]
    for name in ("mIoU", "WIoU", "pixel_accuracy"):
        assert scores[name] == iou.compute()[name]
    assert scores["mVC8"] == parts["official", 8].compute()
    assert scores["mVC2"] == parts["official", 2].compute()
    assert scores["mVC8_paper"] == parts["paper", 8].compute()
    assert scores["mVC2_paper"] == parts["paper", 2].compute()
    assert metrics.iou()["class_IoU"] == iou.compute()["class_IoU"]


def test_undefined_scores_are_absent():
    metrics = VideoMetrics(3, lengths=[2, 8])
    void = torch.full((4, 3, 2), VOID, dtype=torch.uint8)
    metrics.update(torch.zeros_like(void), void, start=0)
    assert metrics.compute() == {"mVC2": 100.0}
    assert metrics.iou() == {}


def test_drift_is_the_iou_of_the_frames_at_each_distance_across_chunks():
    key = [True, False, False, True, False, True, False, False, False, True]  # gaps 0 1 2 0 1 0 1 2 3 0
    metrics, by_distance = VideoMetrics(3, interval=4), [SegmentationScores(3) for _ in range(4)]
    for prediction, labels in videos((10, 10)):
        for start in range(0, 10, 3):
            part = slice(start, start + 3)
            metrics.update(prediction[part], labels[part], start, torch.tensor(key[part]))
        for frame, distance in enumerate([0, 1, 2, 0, 1, 0, 1, 2, 3, 0]):
            by_distance[distance].update(prediction[frame][None], labels[frame][None])
    expected = {distance: metric.compute()["mIoU"] for distance, metric in enumerate(by_distance)}
    assert metrics.iou()["drift"] == expected
    assert len(set(expected.values())) == 4


def test_pairs_are_scored_by_their_gaps():
    metrics, expected = VideoMetrics(3, interval=2, gaps="grid"), SegmentationScores(3)
    prediction, labels = videos((6,))[0]
    gap = torch.tensor([0, 1, 2, 0, 1, 1])
    metrics.update_pairs(prediction, labels, gap)
    expected.update(prediction[gap == 1], labels[gap == 1])  # 19 mod 2
    scores = metrics.compute()
    assert list(scores) == ["mIoU", "WIoU", "pixel_accuracy"]
    assert scores["mIoU"] == expected.compute()["mIoU"]
    assert metrics.iou()["drift"].keys() == {0, 1}


def test_scores_that_are_restored_between_videos_go_on_as_if_never_stopped():
    whole, stopped, resumed = (VideoMetrics(3, interval=3, lengths=[2, 8]) for _ in range(3))
    key = torch.tensor([index % 3 == 0 for index in range(12)])
    for index, (prediction, labels) in enumerate(videos()):
        for metrics in (whole, stopped if index < 2 else resumed):
            metrics.update(prediction, labels, 0, key[: len(labels)])
        if index == 1:
            state = stopped.state()
            stopped.update(prediction[:1], labels[:1], 0, key[:1])  # of a video that is not finished, to be forgotten
            resumed.restore(state)
    assert resumed.compute() == whole.compute()
    assert resumed.iou() == whole.iou()


def test_reset_forgets():
    metrics, again = VideoMetrics(3, lengths=[2]), VideoMetrics(3, lengths=[2])
    first, second = videos((5, 4))
    metrics.update(*first, start=0)
    metrics.reset()
    for scorer in (metrics, again):
        scorer.update(*second, start=0)
    assert metrics.compute() == again.compute()


def test_settings_reach_the_parts():
    metrics = VideoMetrics(3, classes_over="union", consistency=["paper"], lengths=[2])
    labels = torch.zeros(3, 1, 4, dtype=torch.uint8)
    prediction = torch.tensor([[[0, 0, 0, 1]]], dtype=torch.uint8).repeat(3, 1, 1)
    metrics.update(prediction, labels, start=0)
    assert metrics.compute() == {"mIoU": 37.5, "WIoU": 75.0, "pixel_accuracy": 75.0, "mVC2_paper": 75.0}


def test_metrics_leave_no_trace_in_a_checkpoint():
    metrics = VideoMetrics(3)
    assert not list(metrics.parameters())
    assert not metrics.state_dict()


def scores_of(share):
    metrics = VideoMetrics(3, interval=3, lengths=[2, 8])
    for prediction, labels in share:
        metrics.update(prediction, labels, 0, torch.arange(len(labels)) % 3 == 0)
    drift = {f"drift {distance}": score for distance, score in metrics.iou()["drift"].items()}
    return metrics.compute() | drift


def scores_as_one_of_two(rank, init_file):
    """Score every second video, together with another process that scores the others."""
    distributed.init_process_group(
        "gloo", init_method=f"file://{init_file}", rank=rank, world_size=2, timeout=timedelta(seconds=60)
    )
    try:
        return scores_of(videos()[rank::2])
    finally:
        distributed.destroy_process_group()


def test_two_processes_score_as_one(tmp_path):
    expected = scores_of(videos())
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen([sys.executable, __file__, str(tmp_path / "init")], env=environment) as other:
        scores = scores_as_one_of_two(0, tmp_path / "init")
        assert other.wait(60) == 0
    assert scores == pytest.approx(expected, abs=1e-6)
    assert scores["mVC8"] != scores["mVC8_paper"]
    assert {"drift 0", "drift 1", "drift 2"} < scores.keys()


if __name__ == "__main__":
    scores_as_one_of_two(1, sys.argv[1])
