"""The key-frame schedule [k, -, k, -, -], repeated, from the segmenter to the report's tables."""

import pytest
import torch

from mpvss.evaluation import (
    EvaluationProgress,
    Method,
    MethodRun,
    count_frame_costs,
    evaluate_videos,
    method_result,
    predictions_result,
    score_table,
)
from mpvss.evaluation.record import ResultRecord, read_record, write_record
from mpvss.inference import VideoSegmenter
from mpvss.metrics import FrameCounts, VideoMetrics
from mpvss.propagation import FixedInterval
from mpvss.report import summaries
from mpvss.report.tables import costs_beside_paper, scores_beside_paper

CPU = torch.device("cpu")


class TwoInFive:
    """A schedule that goes by the distance from the last key frame: 2, 3, 2, 3, ... frames."""

    def __init__(self):
        self.distance = 2

    def __repr__(self):
        return "TwoInFive()"

    def __call__(self, index, since_key, frame, state):
        if index == 0:
            self.distance = 2
        elif since_key == self.distance:
            self.distance = 5 - self.distance
            return True
        return False


@pytest.fixture
def longer(source):
    """Videos of 10, 5 and 15 frames."""
    source.lengths = (10, 5, 15)
    return source


def run_on(source, propagator, schedule, tmp_path, chunk):
    run = MethodRun(Method("some", propagator), schedule, VideoMetrics(3, 5, lengths=(2,)))
    with EvaluationProgress(tmp_path, {}, every=1e9) as progress:
        evaluate_videos([run], source, range(len(source)), progress, CPU, chunk, show_bar=False)
    return run


def record_of(*results):
    return ResultRecord(
        data="noise", split="val", num_videos=3, num_frames=30, seed=0, created="now", command="eval.py",
        code_version=None, environment={}, config={}, results=results,
    )  # fmt: skip


@pytest.mark.parametrize("chunk", [1, 3, 20])
def test_two_key_frames_in_five_are_averaged_over_from_segmenter_to_report(make_propagator, longer, tmp_path, chunk):
    propagator = make_propagator()
    frames = torch.stack([longer.read(0, index)[0] for index in range(10)])
    assert VideoSegmenter(propagator, TwoInFive()).segment(frames).key.tolist() == 2 * [True, False, True, False, False]

    run = run_on(longer, propagator, TwoInFive(), tmp_path, chunk)
    assert run.counts == FrameCounts(key=12, non_key=18, last=2 * 3)
    costs = count_frame_costs(propagator, frames[:1])
    result = method_result(run, longer.classes, costs, run.counts, None)
    expected = (2 * costs.key + 3 * costs.non_key) / 5 / 1e9
    assert result.gmacs == pytest.approx(expected)
    assert (result.interval, result.schedule, result.key_frames) == (None, "TwoInFive()", 0.4)
    assert list(result.drift) == [0, 1, 2]

    record = read_record(write_record(record_of(result), tmp_path))
    assert record.results == (result,)
    (row,) = score_table(record).rows
    assert (row["interval"], row["gmacs"]) == ("TwoInFive()", result.gmacs)
    ((data, found),) = summaries([record]).items()
    (row,) = costs_beside_paper(data, found).rows
    assert row["GMACs"] == pytest.approx(expected)
    assert row["key_frames_percent"] == pytest.approx(40)
    assert (row["interval"], scores_beside_paper(data, found).rows[0]["interval"]) == ("TwoInFive()", "TwoInFive()")


def test_an_interval_that_does_not_divide_a_video_counts_as_it_came(make_propagator, source, tmp_path):
    propagator = make_propagator()
    run = run_on(source, propagator, FixedInterval(3), tmp_path, chunk=2)  # of 5, 3 and 4 frames
    assert run.counts == FrameCounts(key=2 + 1 + 2, non_key=3 + 2 + 2, last=1 + 2 + 0)
    costs = count_frame_costs(propagator, source.read(0, 0)[0][None])
    result = method_result(run, source.classes, costs, run.counts, None)
    assert result.gmacs == pytest.approx((5 * costs.key + 7 * costs.non_key) / 12 / 1e9)
    assert (result.interval, result.schedule, result.key_frames) == (3, "FixedInterval(3)", 5 / 12)


def test_frames_that_wait_for_a_key_frame_are_counted_with_it(make_ahead, source, tmp_path):
    run = run_on(source, make_ahead(), FixedInterval(3), tmp_path, chunk=2)
    assert run.counts == FrameCounts(key=5, non_key=7, last=3)


def test_stored_label_maps_are_said_to_be_of_a_schedule_but_what_occurred_is_not_known(source):
    for schedule, interval in ((FixedInterval(4), 4), (TwoInFive(), None)):
        result = predictions_result("labels", schedule, VideoMetrics(3), source.classes)
        assert (result.interval, result.schedule, result.key_frames) == (interval, repr(schedule), None)
