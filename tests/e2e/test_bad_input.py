import pytest
import torch

SMALL = ("experiment=demo", "logger=csv")


def message(answer):
    assert answer.status == 1
    assert "Traceback" not in answer.err
    return answer.err[answer.err.index("error: ") :]


@pytest.mark.parametrize("interval", [0, -3])
@pytest.mark.parametrize("script", ["train.py", "eval.py", "predict.py"])
def test_an_interval_below_one_is_refused(run_here, checkpoint, make_video, tmp_path, script, interval):
    make_video(tmp_path / "in.mp4", num_frames=2)
    arguments = {
        "train.py": SMALL,
        "eval.py": (f"ckpt_path={checkpoint}",),
        "predict.py": (f"ckpt_path={checkpoint}", "video=in.mp4", "output=out.mp4"),
    }[script]
    said = message(run_here(script, *arguments, f"interval={interval}"))
    assert "interval" in said
    assert f"at least 1 frame; got {interval}" in said or f"at least 1; got {interval}" in said
    assert not (tmp_path / "out.mp4").exists()


@pytest.mark.parametrize("script", ["train.py", "eval.py", "predict.py"])
def test_a_mistyped_override_is_named(run_here, script):
    answer = run_here(script, "intervall=5")
    assert answer.status == 1
    assert "Could not override 'intervall'" in answer.err
    assert "Traceback" not in answer.err


@pytest.mark.parametrize("script", ["eval.py", "predict.py"])
def test_a_command_without_a_model_says_how_to_name_one(run_here, script):
    said = message(run_here(script, *(("video=in.mp4", "output=out.mp4") if script == "predict.py" else ())))
    assert "no model is named" in said
    assert "ckpt_path=FILE" in said


@pytest.mark.parametrize("script", ["train.py", "eval.py", "predict.py"])
def test_a_missing_checkpoint_is_named(run_here, script):
    arguments = {"train.py": SMALL, "predict.py": ("video=in.mp4", "output=out.mp4")}.get(script, ())
    assert "gone.ckpt: no such file" in message(run_here(script, *arguments, "ckpt_path=gone.ckpt"))


@pytest.mark.parametrize("script", ["train.py", "eval.py"])
def test_a_damaged_checkpoint_is_named(run_here, checkpoint, tmp_path, script):
    content = checkpoint.read_bytes()
    (tmp_path / "cut.ckpt").write_bytes(content[: len(content) // 2])
    said = message(run_here(script, *(SMALL if script == "train.py" else ()), "ckpt_path=cut.ckpt"))
    assert "cut.ckpt is damaged or no checkpoint" in said


def test_evaluating_a_checkpoint_as_another_model_names_what_differs(run_here, checkpoint):
    said = message(run_here("eval.py", f"ckpt_path={checkpoint}", "segmentor.num_queries=7", "segmentor.dim=32"))
    assert "does not fit this model" in said
    assert "set: segmentor.num_queries=20 segmentor.dim=64" in said


def test_resuming_a_run_as_another_model_names_what_differs(run_here, checkpoint):
    said = message(run_here("train.py", *SMALL, f"ckpt_path={checkpoint}", "backbone=r50", "flow.num_stages=2"))
    assert "is a run of another configuration" in said
    assert "backbone.name: test_resnet.r160_in1k there, resnet50.tv_in1k here" in said
    assert "flow.num_stages: 3 there, 2 here" in said
    assert "segmentor." not in said  # its backbone is the group's, and named once


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (("video=in.mp4",), "output must be given: output=..."),
        (("video=in.mp4", "output=out.mp4", "device=abacus"), "device must be one that torch has here"),
        (("video=in.mp4", "output=out.mp4", "interval=abc"), "interval must be a whole number of frames"),
    ],
)
def test_a_mistake_at_predict_is_one_line(run_here, checkpoint, tmp_path, overrides, message):
    answer = run_here("predict.py", f"ckpt_path={checkpoint}", *overrides)
    assert answer.status == 1
    assert "Traceback" not in answer.err
    (line,) = [line for line in answer.err.splitlines() if line.startswith("error:")]
    assert message in line


def test_a_class_head_is_not_reset_where_it_is_used(run_here, checkpoint):
    answer = run_here("eval.py", f"ckpt_path={checkpoint}", "weights_class_head=reset")
    assert answer.status == 1
    assert "weights_class_head=reset is for training" in answer.err


def test_weights_alone_cannot_be_resumed(run_here, checkpoint, tmp_path):
    state = torch.load(checkpoint, weights_only=True)["state_dict"]
    torch.save(state, tmp_path / "weights.ckpt")
    said = message(run_here("train.py", *SMALL, "ckpt_path=weights.ckpt"))
    assert "no training run to resume" in said
    assert "set weights.model=weights.ckpt" in said


def test_evaluating_on_other_classes_names_both(run_here, checkpoint):
    said = message(run_here("eval.py", f"ckpt_path={checkpoint}", "data.num_classes=5"))
    assert "last.ckpt predicts 8 classes (wavy ground" in said
    assert "the data has 5" in said


@pytest.mark.parametrize("video", ["missing", "not a video"])
def test_a_video_that_cannot_be_opened_is_named(run_here, checkpoint, tmp_path, video):
    if video == "not a video":
        (tmp_path / "in.mp4").write_text("no video")
    said = message(run_here("predict.py", f"ckpt_path={checkpoint}", "video=in.mp4", "output=out.mp4"))
    assert "in.mp4" in said
    assert not (tmp_path / "out.mp4").exists()


def test_the_traceback_is_there_for_those_who_ask(run_here, monkeypatch):
    monkeypatch.setenv("HYDRA_FULL_ERROR", "1")
    with pytest.raises(ValueError, match="no model is named"):
        run_here("eval.py")
