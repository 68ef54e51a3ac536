import numpy as np
import pytest
import torch

from mpvss.metrics import VideoConsistency
from mpvss.types import VOID


def slow_consistency(videos, length, preset):
    """Window by window and pixel by pixel, from the definitions; None if there is no window."""
    official = preset == "official"
    per_video = []
    for prediction, labels in videos:
        num_frames, height, width = labels.shape
        scores = []
        for i in range(num_frames - length + (0 if official else 1)):
            num_stable = num_kept = 0
            for y in range(height):
                for x in range(width):
                    truth, said = labels[i : i + length, y, x].tolist(), prediction[i : i + length, y, x].tolist()
                    if len(set(truth)) > 1 or (not official and VOID in truth):
                        continue
                    num_stable += 1
                    num_kept += len(set(said)) == 1 if official else said == truth
            if num_stable:
                scores.append(num_kept / num_stable)
        if scores:
            per_video.append(scores)
    if not per_video:
        return None
    if official:
        return 100 * np.mean(np.concatenate(per_video))
    return 100 * np.mean([np.mean(scores) for scores in per_video])


def random_video(rng, num_frames, change, void=0.1, size=(5, 7)):
    """Labels that change rarely, pixel by pixel, with void; a prediction that follows them imperfectly."""
    labels = np.empty((num_frames, *size), dtype=np.uint8)
    labels[0] = rng.integers(0, 3, size)
    for t in range(1, num_frames):
        labels[t] = np.where(rng.random(size) < change, rng.integers(0, 3, size), labels[t - 1])
    labels[:, rng.random(size) < void] = VOID
    prediction = np.where(labels == VOID, 0, labels)
    prediction[:, rng.random(size) < 0.2] = 2
    flicker = rng.random(labels.shape) < change
    return np.where(flicker, rng.integers(0, 3, labels.shape), prediction).astype(np.uint8), labels


def feed(metric, prediction, labels, chunk):
    for start in range(0, len(labels), chunk):
        stop = start + chunk
        metric.update(torch.from_numpy(prediction[start:stop]), torch.from_numpy(labels[start:stop]), start)


@pytest.mark.parametrize("preset", ["official", "paper"])
@pytest.mark.parametrize("length", [2, 3, 8])
@pytest.mark.parametrize("change", [0.02, 0.15, 0.7])
def test_videos_of_any_length_score_as_a_loop_over_windows(preset, length, change):
    rng = np.random.default_rng(length)
    videos = [random_video(rng, num_frames, change) for num_frames in (12, 1, 8, 3, 9, 2)]
    metric = VideoConsistency(length, preset)
    for prediction, labels in videos:
        feed(metric, prediction, labels, chunk=4)
    expected = slow_consistency(videos, length, preset)
    assert metric.compute() == (expected if expected is None else pytest.approx(expected, abs=1e-6))


def moving_square(num_frames):
    """A square that moves a pixel a frame before two halves and a void border; the prediction is a frame late."""
    frames = []
    for index in range(num_frames):
        labels = np.zeros((6, 14), dtype=np.uint8)
        labels[:, 7:] = 1
        labels[2:5, index : index + 3] = 2
        labels[0] = VOID
        frames.append(labels)
    labels = np.stack(frames)
    late = np.concatenate([labels[:1], labels[:-1]])
    return np.where(late == VOID, 0, late).astype(np.uint8), labels


@pytest.mark.parametrize("preset", ["official", "paper"])
@pytest.mark.parametrize("length", [2, 4, 8])
def test_structured_videos_as_long_as_a_window_longer_and_shorter_score_as_a_loop(preset, length):
    videos = [moving_square(num_frames) for num_frames in (length, length + 3, length - 1, length + 1)]
    metric = VideoConsistency(length, preset)
    for prediction, labels in videos:
        feed(metric, prediction, labels, chunk=3)
    assert metric.compute() == pytest.approx(slow_consistency(videos, length, preset), abs=1e-6)


@pytest.mark.parametrize("preset", ["official", "paper"])
def test_chunk_boundaries_do_not_matter(preset):
    rng = np.random.default_rng(0)
    videos = [random_video(rng, num_frames, 0.1) for num_frames in (11, 7)]
    scores = set()
    for chunk in (1, 2, 3, 5, 11):
        metric = VideoConsistency(4, preset)
        for prediction, labels in videos:
            feed(metric, prediction, labels, chunk)
        scores.add(metric.compute())
    assert len(scores) == 1


def test_a_constant_map_is_perfect_officially_and_scores_its_true_share_in_the_paper():
    labels = np.zeros((10, 1, 4), dtype=np.uint8)
    labels[:, 0, 1:] = [1, 2, 0]
    constant = np.zeros_like(labels)
    for preset, expected in (("official", 100.0), ("paper", 50.0)):
        metric = VideoConsistency(8, preset)
        feed(metric, constant, labels, 10)
        assert metric.compute() == expected


@pytest.mark.parametrize("preset", ["official", "paper"])
def test_a_perfect_prediction_is_perfectly_consistent(preset):
    _, labels = random_video(np.random.default_rng(1), 9, 0.1, void=0)
    metric = VideoConsistency(3, preset)
    feed(metric, labels, labels, 9)
    assert metric.compute() == 100.0


@pytest.mark.parametrize(("preset", "num_windows"), [("official", 2), ("paper", 3)])
def test_official_leaves_out_the_last_window(preset, num_windows):
    # One pixel, always class 0; the prediction flips at the last frame only, so only the last window fails.
    prediction = np.array([0, 0, 0, 1], dtype=np.uint8).reshape(4, 1, 1)
    metric = VideoConsistency(2, preset)
    feed(metric, prediction, np.zeros_like(prediction), 4)
    expected = 100.0 if preset == "official" else 100 * (num_windows - 1) / num_windows
    assert metric.compute() == pytest.approx(expected, abs=1e-6)


def test_official_averages_windows_and_the_paper_averages_videos():
    steady, flickering = np.zeros((6, 1, 1), np.uint8), np.array([0, 1, 0], np.uint8).reshape(3, 1, 1)
    for preset, expected in (("official", 100 * 4 / 5), ("paper", 50.0)):
        metric = VideoConsistency(2, preset)
        feed(metric, steady, steady, 6)
        feed(metric, flickering, np.zeros_like(flickering), 3)
        assert metric.compute() == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(("preset", "expected"), [("official", 50.0), ("paper", 100.0)])
def test_void_is_a_stable_label_officially_and_left_out_in_the_paper(preset, expected):
    labels = np.array([[[0, VOID]]] * 3, dtype=np.uint8)
    prediction = np.array([[[0, 0]], [[0, 1]], [[0, 0]]], dtype=np.uint8)
    metric = VideoConsistency(2, preset)
    feed(metric, prediction, labels, 3)
    assert metric.compute() == expected


@pytest.mark.parametrize("preset", ["official", "paper"])
def test_without_a_window_there_is_no_score(preset):
    metric = VideoConsistency(3, preset)
    feed(metric, np.zeros((2, 2, 3), np.uint8), np.zeros((2, 2, 3), np.uint8), 2)
    assert metric.compute() is None


@pytest.mark.parametrize("preset", ["official", "paper"])
def test_windows_without_a_stable_pixel_are_dropped(preset):
    labels = np.array([0, 1, 0, 1, 1, 1], dtype=np.uint8).reshape(6, 1, 1)
    metric = VideoConsistency(2, preset)
    feed(metric, labels, labels, 6)
    assert metric.compute() == 100.0


def test_a_video_still_open_counts_and_goes_on():
    prediction, labels = random_video(np.random.default_rng(3), 10, 0.1)
    metric = VideoConsistency(3, "paper")
    metric.update(torch.from_numpy(prediction[:6]), torch.from_numpy(labels[:6]), 0)
    assert metric.compute() == pytest.approx(slow_consistency([(prediction[:6], labels[:6])], 3, "paper"), abs=1e-6)
    metric.update(torch.from_numpy(prediction[6:]), torch.from_numpy(labels[6:]), 6)
    assert metric.compute() == pytest.approx(slow_consistency([(prediction, labels)], 3, "paper"), abs=1e-6)


def test_the_callers_memory_may_be_reused():
    prediction, labels = random_video(np.random.default_rng(4), 8, 0.2)
    whole, reused = VideoConsistency(3), VideoConsistency(3)
    feed(whole, prediction, labels, 8)
    buffers = torch.empty(1, 5, 7, dtype=torch.uint8), torch.empty(1, 5, 7, dtype=torch.uint8)
    for t in range(8):
        buffers[0].copy_(torch.from_numpy(prediction[t : t + 1]))
        buffers[1].copy_(torch.from_numpy(labels[t : t + 1]))
        reused.update(*buffers, start=t)
    assert reused.compute() == whole.compute()


def test_reset_forgets_scores_and_the_open_video():
    prediction, labels = random_video(np.random.default_rng(5), 8, 0.2)
    metric = VideoConsistency(3)
    feed(metric, prediction, labels, 8)
    before = metric.compute()
    metric.reset()
    with pytest.raises(ValueError, match=r"continue the open one at frame 0 .*; got start=8"):
        metric.update(torch.from_numpy(prediction), torch.from_numpy(labels), 8)
    feed(metric, prediction, labels, 8)
    assert metric.compute() == before


def test_bad_input_is_refused():
    frames = torch.zeros(3, 2, 5, dtype=torch.uint8)
    metric = VideoConsistency(2)
    metric.update(frames, frames, 0)
    with pytest.raises(ValueError, match=r"at frame 3 with frames of \(2, 5\); got start=4"):
        metric.update(frames, frames, 4)
    with pytest.raises(ValueError, match=r"frames of \(2, 5\); got start=3 and \(5, 2\)"):
        metric.update(frames.mT, frames.mT, 3)
    with pytest.raises(ValueError, match=r"must both be \(T, H, W\); got \(3, 2, 5\) and \(3, 2, 4\)"):
        metric.update(frames, frames[..., :4], 3)
    with pytest.raises(ValueError, match="one of official, paper; got 'strict'"):
        VideoConsistency(8, "strict")
    with pytest.raises(ValueError, match="at least 2 frames; got length=1"):
        VideoConsistency(1)
