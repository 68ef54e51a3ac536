import pytest

from mpvss.comparison import TrainedMethod, plan


def planned(comparison, output):
    return {job.folder.relative_to(output).as_posix(): job for job in plan(comparison, output)}


def test_every_method_starts_from_the_segmentor_of_its_seed(comparison, tmp_path):
    jobs = planned(comparison, tmp_path)
    assert len(jobs) == 2 * (1 + 1 + 4)
    training = jobs["seed1/query_flow"]
    assert training.command == "train"
    assert training.needs == (tmp_path / "seed1" / "segmentor",)
    assert training.overrides == (
        "a=1", "seed=1", "interval=5", "recipe=propagation",
        f"weights.segmentor={tmp_path}/seed1/segmentor/checkpoints/last.ckpt", "flow=query_flow",
    )  # fmt: skip
    assert f"ckpt_path={tmp_path}/seed0/segmentor/checkpoints/last.ckpt" in jobs["seed0/copy-eval"].overrides
    assert f"ckpt_path={tmp_path}/seed0/query_flow/checkpoints/last.ckpt" in jobs["seed0/bidirectional-eval"].overrides
    assert jobs["seed0/per_frame-eval"].overrides[-1] == "interval=1"  # after the comparison's own interval


def test_a_method_cannot_use_a_checkpoint_that_is_not_trained(comparison, tmp_path):
    wrong = comparison._replace(methods={**comparison.methods, "bidirectional": TrainedMethod(of="copy")})
    with pytest.raises(ValueError, match=r"methods\.bidirectional\.of must be a trained method, one of query_flow"):
        plan(wrong, tmp_path)


def test_every_backbone_has_a_segmentor_and_methods_of_its_own(comparison, tmp_path):
    jobs = planned(comparison._replace(backbones=("r50", "swin_t"), seeds=(0,)), tmp_path)
    assert len(jobs) == 2 * (1 + 1 + 4)
    training = jobs["swin_t/seed0/query_flow"]
    assert training.overrides[:2] == ("a=1", "backbone=swin_t")
    assert training.needs == (tmp_path / "swin_t" / "seed0" / "segmentor",)


def test_a_segmentor_that_is_given_is_not_trained(comparison, tmp_path):
    given = comparison._replace(
        backbones=("r50", "swin_t"), seeds=(0,), weights={"swin_t": "FILE"}, evaluation=("data=d",)
    )
    jobs = planned(given, tmp_path)
    assert "swin_t/seed0/segmentor" not in jobs
    assert "r50/seed0/segmentor" in jobs
    assert "weights.segmentor=FILE" in jobs["swin_t/seed0/query_flow"].overrides
    assert jobs["swin_t/seed0/query_flow"].needs == jobs["swin_t/seed0/copy-eval"].needs == ()
    assert jobs["swin_t/seed0/copy-eval"].overrides[:3] == ("data=d", "backbone=swin_t", "ckpt_path=FILE")


def test_one_evaluation_has_all_intervals_and_a_folder_of_its_own(comparison, tmp_path):
    jobs = planned(comparison._replace(intervals=(2, 10)), tmp_path)
    assert "intervals=[2,10]" in jobs["seed0/query_flow-eval-2-10"].overrides
    assert jobs["seed0/query_flow"] == planned(comparison, tmp_path)["seed0/query_flow"]
