import pytest
import torch

from mpvss.data import LabelledPairs, collate_pairs
from mpvss.evaluation import (
    EvaluationProgress,
    GroundTruth,
    Method,
    MethodRun,
    PredictionWriter,
    evaluate_pairs,
    score_predictions,
    share_segmentors,
)
from mpvss.inference import VideoSegmenter, segment_pairs
from mpvss.metrics import GapScores, VideoMetrics
from mpvss.propagation import FixedInterval
from mpvss.types import FramePair

CPU, DISTANCES = torch.device("cpu"), 3


@pytest.fixture
def sparse(source):
    """The videos, of which only the last frame is labelled."""
    source.labelled_frames = lambda video: (source.num_frames(video) - 1,)
    return source


@pytest.fixture
def pairs(sparse):
    """The labelled frames with key frames 0..2 frames before them."""
    return LabelledPairs(sparse, DISTANCES)


def batches_of(pairs):
    return [collate_pairs([pairs[index] for index in batch]) for batch in pairs.batches()]


def evaluate(runs, pairs, tmp_path):
    with EvaluationProgress(tmp_path, {}, every=1e9) as progress:
        evaluate_pairs(runs, pairs, [0, 1, 2], progress, CPU, show_bar=False)


def test_all_intervals_are_scored_from_the_same_pairs(make_propagator, make_run, pairs, tmp_path):
    propagator = make_propagator()
    runs = [make_run(propagator, interval) for interval in (1, 2, 3)]
    share_segmentors([runs[0].method])
    evaluate(runs, pairs, tmp_path)
    for run in runs:
        expected = GapScores(3, run.schedule.interval)
        for pair in batches_of(pairs):
            for index, gap in enumerate(pair.gap.tolist()):
                single = FramePair(*(part[index : index + 1] for part in pair[:5]), None, None)
                expected.update(segment_pairs(propagator, single), single.labels, [gap])
        assert run.metrics.iou() == expected.compute()
    assert len(runs[2].metrics.iou()["drift"]) == 3


def test_stored_is_the_prediction_from_the_grid(make_propagator, make_run, pairs, sparse, tmp_path):
    run = make_run(make_propagator(), 3, writer=PredictionWriter(tmp_path / "labels", sparse))
    evaluate([run], pairs, tmp_path)
    assert sorted(path.name for path in (tmp_path / "labels").rglob("*.png")) == ["00002.png", "00003.png", "00004.png"]
    expected = VideoMetrics(3)
    for pair, frame in zip(batches_of(pairs), (4, 2, 3), strict=True):
        prediction = segment_pairs(run.method.propagator, pair)
        expected.update(prediction[frame % 3][None], pair.labels[:1], 0)
    stored = VideoMetrics(3)
    assert score_predictions(tmp_path / "labels", sparse, stored, progress=False) == 3
    assert stored.compute() == expected.compute()


@pytest.fixture
def longer(sparse):
    """The videos, of which frame 2 is labelled, and two or more come after it."""
    sparse.lengths, sparse.labelled_frames = (6, 5, 7), lambda video: (2,)
    return LabelledPairs(sparse, DISTANCES)


def test_who_looks_ahead_is_given_the_following_key_frame_of_each_interval(
    make_ahead, make_propagator, make_run, longer, tmp_path
):
    runs = [make_run(make_ahead(), interval) for interval in (1, 2, 3)]
    evaluate(runs, longer, tmp_path)
    for run in runs:
        interval, expected = run.schedule.interval, GapScores(3, run.schedule.interval)
        for video in range(3):
            for gap in range(interval):  # the frame between its key frames, streamed as a video of its own
                read = [longer.source.read(video, number) for number in range(2 - gap, 2 - gap + interval + (gap > 0))]
                segmenter = VideoSegmenter(make_ahead(), FixedInterval(interval))
                labels = segmenter.segment_video(torch.stack([frame for frame, _ in read])).labels
                expected.update(labels[gap][None], read[gap][1][None], [gap])
        assert run.metrics.iou() == expected.compute()
    backward = make_run(make_propagator(), 3)
    evaluate([backward], longer, tmp_path)
    assert backward.metrics.iou() != runs[2].metrics.iou()


def test_looking_ahead_needs_frames_after_the_labelled_one(make_ahead, make_run, pairs, tmp_path):
    with pytest.raises(
        ValueError, match=r"at an interval of 3 needs 2 frames after the labelled one; clip0 has 0\. Low"
    ):
        evaluate([make_run(make_ahead(), 3)], pairs, tmp_path)


def when_it_rains(index, since_key, frame, state):
    return False


def test_key_frames_without_a_fixed_interval_are_refused(make_propagator, pairs, tmp_path):
    run = MethodRun(Method("some", make_propagator()), when_it_rains, VideoMetrics(3, 2))
    with pytest.raises(ValueError, match=r"on sparsely labelled data needs .* fixed interval; got when_it_rains\. Set"):
        evaluate([run], pairs, tmp_path)


def test_costs_of_labelled_frames_are_those_of_an_interval(make_propagator, make_run, pairs, tmp_path):
    runs = [make_run(make_propagator(), interval) for interval in (1, 2, 3)]
    evaluate(runs, pairs, tmp_path)
    assert [run.counts for run in runs] == [(3, 0, 0), (3, 3, 0), (3, 6, 0)]


def test_the_oracle_is_refused_where_key_frames_have_no_labels(make_propagator, make_run, pairs, tmp_path):
    with pytest.raises(ValueError, match="needs the labels of key frames"):
        evaluate([make_run(make_propagator(GroundTruth(3)))], pairs, tmp_path)
