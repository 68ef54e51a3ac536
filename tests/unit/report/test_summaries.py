import pytest

from mpvss.report import Spread, summaries


def test_seeds_are_taken_together_as_mean_and_deviation(make_record, make_result):
    records = [
        make_record(make_result(scores={"mIoU": score}, checkpoint_sha256=str(score), drift={0: score, 1: 1.0}))
        for score in (40.0, 42.0, 47.0)
    ]
    ((data, (summary,)),) = summaries(records).items()
    assert data == ("vspw", "val")
    assert summary.seeds == 3
    assert summary.scores["mIoU"].mean == pytest.approx(43.0)
    assert summary.scores["mIoU"].deviation == pytest.approx(13**0.5)  # ((-3)^2 + (-1)^2 + 4^2) / 2
    assert summary.drift[0].mean == pytest.approx(43.0)
    assert summary.costs["parameters_M"] == Spread(pytest.approx(87.52), pytest.approx(0))


def test_a_single_evaluation_has_no_deviation(make_record, make_result):
    ((summary,),) = summaries([make_record(make_result())]).values()
    assert summary.scores["mIoU"] == Spread(40.0, None)


def test_of_a_checkpoint_that_was_evaluated_twice_the_newer_evaluation_stands(make_record, make_result):
    newer = make_record(make_result(scores={"mIoU": 41.0}), created="2026-01-02T00:00:00+00:00", seed=7)
    older = make_record(make_result(scores={"mIoU": 40.0}))
    ((summary,),) = summaries([newer, older]).values()
    assert (summary.seeds, summary.scores["mIoU"].mean) == (1, 41.0)


def test_without_a_checkpoint_the_seed_tells_evaluations_apart(make_record, make_result):
    records = [make_record(make_result(checkpoint_sha256=None), seed=seed) for seed in (0, 1)]
    ((summary,),) = summaries(records).values()
    assert summary.seeds == 2


def test_what_differs_is_not_mixed(make_record, make_result):
    results = [make_result(), make_result(interval=2), make_result(backbone="r50"), make_result(method="copy")]
    found = summaries([make_record(*results), make_record(make_result(), data="camvid")])
    assert [len(part) for part in found.values()] == [4, 1]
    settings = [(s.backbone, s.method, s.interval) for s in found["vspw", "val"]]
    assert settings == [
        ("r50", "query_flow", 5), ("swin_t", "query_flow", 2), ("swin_t", "query_flow", 5), ("swin_t", "copy", 5),
    ]  # fmt: skip


def test_decoders_of_other_depth_are_not_mixed_and_the_papers_may_go_unsaid(make_record, make_result):
    results = [make_result(stages=stages, checkpoint_sha256=str(stages)) for stages in (None, 3, 1)]
    ((paper, shallow),) = summaries([make_record(*results)]).values()
    assert (paper.stages, paper.seeds, shallow.stages, shallow.seeds) == (None, 2, 1, 1)


def test_unknown_costs_are_absent(make_record, make_result):
    ((summary,),) = summaries([make_record(make_result(gmacs=None, frames_per_second=None))]).values()
    assert summary.costs.keys() == {"key_GMACs", "non_key_GMACs", "parameters_M"}


def test_what_has_no_model_has_no_backbone_and_no_costs(make_record, make_result):
    stored = make_result(
        backbone=None, flow=None, propagation=None, checkpoint_sha256=None, parameters=None, key_gmacs=None,
        non_key_gmacs=None, gmacs=None, frames_per_second=None,
    )  # fmt: skip
    ((summary,),) = summaries([make_record(stored)]).values()
    assert (summary.backbone, summary.propagation, summary.costs) == ("-", "-", {})
