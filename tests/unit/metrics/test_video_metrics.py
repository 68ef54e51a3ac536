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
    parts = {length: VideoConsistency(length) for length in (8, 2)}
    for prediction, labels in videos():
        for start in range(0, len(labels), 5):
            metrics.update(prediction[start : start + 5], labels[start : start + 5], start)
        iou.update(prediction, labels)
        for part in parts.values():
            part.update(prediction, labels, start=0)
    scores = metrics.compute()
    assert list(scores) == ["mIoU", "WIoU", "mVC8", "mVC2"]
    assert scores["mIoU"] == iou.compute()["mIoU"]
    assert scores["WIoU"] == iou.compute()["WIoU"]
    assert scores["mVC8"] == parts[8].compute()
    assert scores["mVC2"] == parts[2].compute()


def test_undefined_scores_are_absent():
    metrics = VideoMetrics(3, lengths=[2, 8])
    void = torch.full((4, 3, 2), VOID, dtype=torch.uint8)
    metrics.update(torch.zeros_like(void), void, start=0)
    assert metrics.compute() == {"mVC2": 100.0}
    metrics = VideoMetrics(3, consistency="paper", lengths=[2, 8])
    metrics.update(torch.zeros_like(void), void, start=0)
    assert metrics.compute() == {}


def test_reset_forgets():
    metrics, again = VideoMetrics(3, lengths=[2]), VideoMetrics(3, lengths=[2])
    first, second = videos((5, 4))
    metrics.update(*first, start=0)
    metrics.reset()
    for scorer in (metrics, again):
        scorer.update(*second, start=0)
    assert metrics.compute() == again.compute()


def test_settings_reach_the_parts():
    metrics = VideoMetrics(3, classes_over="union", consistency="paper", lengths=[2])
    labels = torch.zeros(3, 1, 4, dtype=torch.uint8)
    prediction = torch.tensor([[[0, 0, 0, 1]]], dtype=torch.uint8).repeat(3, 1, 1)
    metrics.update(prediction, labels, start=0)
    assert metrics.compute() == {"mIoU": 37.5, "WIoU": 75.0, "mVC2": 75.0}


def test_metrics_leave_no_trace_in_a_checkpoint():
    metrics = VideoMetrics(3)
    assert not list(metrics.parameters())
    assert not metrics.state_dict()


def scores_of(share):
    official, paper = VideoMetrics(3, lengths=[2, 8]), VideoMetrics(3, consistency="paper", lengths=[2, 8])
    for prediction, labels in share:
        official.update(prediction, labels, start=0)
        paper.update(prediction, labels, start=0)
    return official.compute() | {f"paper/{name}": score for name, score in paper.compute().items()}


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
    assert scores["mVC8"] != scores["paper/mVC8"]


if __name__ == "__main__":
    scores_as_one_of_two(1, sys.argv[1])
