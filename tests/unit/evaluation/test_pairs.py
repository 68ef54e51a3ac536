import pytest
import torch

from mpvss.data import LabelledPairs, collate_pairs
from mpvss.evaluation import (
    EvaluationProgress,
    GroundTruth,
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


def run(entrants, pairs, tmp_path):
    with EvaluationProgress(tmp_path, {}, every=1e9) as notes:
        evaluate_pairs(entrants, pairs, [0, 1, 2], notes, CPU, progress=False)


def test_all_intervals_are_scored_from_the_same_pairs(make_propagator, make_entrant, pairs, tmp_path):
    propagator = make_propagator()
    entrants = [make_entrant(propagator, interval) for interval in (1, 2, 3)]
    share_segmentors([entrants[0].method])
    run(entrants, pairs, tmp_path)
    for entrant in entrants:
        expected = GapScores(3, entrant.interval)
        for pair in batches_of(pairs):
            for index, gap in enumerate(pair.gap.tolist()):
                single = FramePair(*(part[index : index + 1] for part in pair[:5]), None, None)
                expected.update(segment_pairs(propagator, single), single.labels, [gap])
        assert entrant.metrics.iou() == expected.compute()
    assert len(entrants[2].metrics.iou()["drift"]) == 3


def test_stored_is_the_prediction_from_the_grid(make_propagator, make_entrant, pairs, sparse, tmp_path):
    entrant = make_entrant(make_propagator(), 3, writer=PredictionWriter(tmp_path / "labels", sparse))
    run([entrant], pairs, tmp_path)
    assert sorted(path.name for path in (tmp_path / "labels").rglob("*.png")) == ["00002.png", "00003.png", "00004.png"]
    expected = VideoMetrics(3)
    for pair, frame in zip(batches_of(pairs), (4, 2, 3), strict=True):
        prediction = segment_pairs(entrant.method.propagator, pair)
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
    make_ahead, make_propagator, make_entrant, longer, tmp_path
):
    entrants = [make_entrant(make_ahead(), interval) for interval in (1, 2, 3)]
    run(entrants, longer, tmp_path)
    for entrant in entrants:
        interval, expected = entrant.interval, GapScores(3, entrant.interval)
        for video in range(3):
            for gap in range(interval):  # the frame between its key frames, streamed as a video of its own
                read = [longer.source.read(video, number) for number in range(2 - gap, 2 - gap + interval + (gap > 0))]
                segmenter = VideoSegmenter(make_ahead(), FixedInterval(interval))
                labels = segmenter.segment_video(torch.stack([frame for frame, _ in read])).labels
                expected.update(labels[gap][None], read[gap][1][None], [gap])
        assert entrant.metrics.iou() == expected.compute()
    backward = make_entrant(make_propagator(), 3)
    run([backward], longer, tmp_path)
    assert backward.metrics.iou() != entrants[2].metrics.iou()


def test_looking_ahead_needs_frames_after_the_labelled_one(make_ahead, make_entrant, pairs, tmp_path):
    with pytest.raises(
        ValueError, match=r"at an interval of 3 needs 2 frames after the labelled one; clip0 has 0\. Low"
    ):
        run([make_entrant(make_ahead(), 3)], pairs, tmp_path)


def test_the_oracle_is_refused_where_key_frames_have_no_labels(make_propagator, make_entrant, pairs, tmp_path):
    with pytest.raises(ValueError, match="needs the labels of key frames"):
        run([make_entrant(make_propagator(GroundTruth(3)))], pairs, tmp_path)
