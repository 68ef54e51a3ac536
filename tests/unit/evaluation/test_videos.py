import itertools

import pytest
import torch
from torch.nn.functional import interpolate

from mpvss.evaluation import (
    EvaluationProgress,
    GroundTruth,
    SeesChunks,
    SharedSegmentor,
    evaluate_videos,
    share_segmentors,
)
from mpvss.metrics import VideoMetrics
from mpvss.propagation import PerFrame

CPU = torch.device("cpu")


def labels_by_hand(propagator, source, video, interval):
    """Frame by frame, the class of the brighter of two masks at each pixel."""
    labels = []
    for index in range(source.num_frames(video)):
        frame, truth = source.read(video, index)
        if index % interval == 0:
            state = propagator.start(frame[None])
            segments = state.segments
        else:
            segments = propagator.step(state, frame[None]).segments
        masks = interpolate(segments.mask_logits, scale_factor=4, mode="bilinear")
        labels.append(masks[0, :, : truth.shape[0], : truth.shape[1]].argmax(0).to(torch.uint8))
    return torch.stack(labels)


def scores_by_hand(propagator, source, interval):
    metrics = VideoMetrics(3, interval, lengths=(2,))
    for video in range(len(source)):
        truth = torch.stack([source.read(video, index)[1] for index in range(source.num_frames(video))])
        key = torch.arange(len(truth)) % interval == 0
        metrics.update(labels_by_hand(propagator, source, video, interval), truth, 0, key)
    return metrics.compute(), metrics.iou()


def evaluate(runs, source, tmp_path, videos=(0, 1, 2), chunk=2):
    with EvaluationProgress(tmp_path, {}, every=1e9) as progress:
        evaluate_videos(runs, source, videos, progress, CPU, chunk, show_bar=False)


@pytest.mark.parametrize("chunk", [2, 10])
def test_every_run_scores_what_its_method_does_by_hand(make_propagator, make_run, source, tmp_path, chunk):
    one, other = make_propagator(), make_propagator(by=2)
    runs = [make_run(one, 1), make_run(one, 3), make_run(other, 3), make_run(other, 2)]
    evaluate(runs, source, tmp_path, chunk=chunk)
    expected = [scores_by_hand(run.method.propagator, source, run.schedule.interval) for run in runs]
    assert [(run.metrics.compute(), run.metrics.iou()) for run in runs] == expected
    assert len({scores["mIoU"] for scores, _ in expected}) == 4
    assert list(expected[1][1]["drift"]) == [0, 1, 2]


def test_shared_key_frames_are_segmented_once_and_give_the_same(make_propagator, make_run, source, tmp_path):
    one, other = make_propagator(), make_propagator(by=2)
    other.segmentor.load_state_dict(one.segmentor.state_dict())
    runs = [make_run(one, 1), make_run(one, 3), make_run(other, 2)]
    expected = [scores_by_hand(run.method.propagator, source, run.schedule.interval) for run in runs]
    segmentors = one.segmentor, other.segmentor
    for segmentor in segmentors:
        segmentor.calls = 0
    (shared,) = share_segmentors([runs[0].method, runs[2].method])
    evaluate(runs, source, tmp_path)
    assert [(run.metrics.compute(), run.metrics.iou()) for run in runs] == expected
    assert [segmentor.calls for segmentor in segmentors] == [12, 0]  # once a frame, for interval 1
    assert shared.seconds_saved > 0


def test_the_oracle_is_told_the_labels_of_each_chunk(make_run, source, tmp_path):
    run = make_run(PerFrame(GroundTruth(3)).eval(), 1)
    evaluate([run], source, tmp_path)
    assert run.metrics.compute()["mIoU"] == 100
    assert isinstance(run.method.propagator.segmentor, SeesChunks)


def test_segmentors_with_other_weights_or_settings_are_not_shared(make_propagator, make_run):
    one, weights, settings, same = (make_propagator() for _ in range(4))
    for propagator in (settings, same):
        propagator.segmentor.load_state_dict(one.segmentor.state_dict())
    settings.segmentor.num_heads = 3
    methods = [make_run(p).method for p in (one, weights, settings, same)]
    assert len(share_segmentors(methods)) == 3
    assert same.segmentor is one.segmentor
    assert isinstance(one.segmentor, SharedSegmentor)


def test_time_that_sharing_saves_counts_for_everyone(make_propagator, make_run, source, tmp_path, monkeypatch):
    propagator = make_propagator()
    runs = [make_run(propagator, 1), make_run(propagator, 1, "again")]
    share_segmentors([runs[0].method])
    ticks = itertools.count()
    monkeypatch.setattr("mpvss.evaluation.method_run.time.perf_counter", lambda: float(next(ticks)))
    evaluate(runs, source, tmp_path, videos=[1], chunk=3)
    # Each reading of the clock takes a second. The first reads it twice a key frame, that is 3 s on top of its own.
    assert runs[0].seconds == 3 * 2 + 1
    assert runs[1].seconds == 3 * 1 + 1
    assert [run.num_frames for run in runs] == [3, 3]


class _InterruptionError(Exception):
    pass


@pytest.mark.parametrize("every", [0, 1e9])
def test_what_is_interrupted_ends_as_what_is_not(make_propagator, make_run, source, tmp_path, every):
    propagator = make_propagator()

    def make_runs():
        return [make_run(propagator, 2), make_run(propagator, 3)]

    whole, stopped, resumed = make_runs(), make_runs(), make_runs()
    evaluate(whole, source, tmp_path)

    def read(video, frame):
        if (video, frame) == (2, 2):
            raise _InterruptionError
        return type(source)().read(video, frame)

    source.read = read
    with pytest.raises(_InterruptionError), EvaluationProgress(tmp_path, {"data": "noise"}, every) as progress:
        evaluate_videos(stopped, source, [0, 1, 2], progress, CPU, 2, show_bar=False)
    del source.read
    with EvaluationProgress(tmp_path / "new", {"data": "noise"}, every) as progress:
        progress.resume(tmp_path, resumed)
        assert progress.done == [0, 1]
        evaluate_videos(resumed, source, [0, 1, 2], progress, CPU, 2, show_bar=False)
    for one, other in zip(whole, resumed, strict=True):
        assert one.metrics.compute() == other.metrics.compute()
        assert one.metrics.iou() == other.metrics.iou()
        assert (one.num_frames, one.counts) == (other.num_frames, other.counts)
    assert not list((tmp_path / "new").glob("*"))  # nothing is left of the notes of what is complete
