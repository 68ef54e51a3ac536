import csv
import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from torchvision.io import decode_image, write_png

from mpvss.data import SyntheticVideos
from mpvss.evaluation.record import read_record
from mpvss.propagation import semantic_map

NUM_CLASSES = 8
SRC = Path(__file__).parents[2] / "src"


def per_frame(model, frames, index):
    return semantic_map(model.segmentor(frames[index][None]).segments, frames.shape[-2:])


def copied(model, frames, index):
    return per_frame(model, frames, index - index % 5)


def propagated(model, frames, index):
    if index % 5 == 0:
        return per_frame(model, frames, index)
    state = model.start(frames[index - index % 5][None])
    return semantic_map(model.step(state, frames[index][None]).segments, frames.shape[-2:])


@torch.inference_mode()
def mean_iou(label, model, num_videos=1, seed=1):
    """The mean over the classes that occur, counted class by class."""
    source = SyntheticVideos(num_videos, 17, 48, 72, NUM_CLASSES, 5, 0.025, seed)
    predictions, truths = [], []
    for video in range(num_videos):
        frames, labels = (torch.stack(part) for part in zip(*(source.read(video, i) for i in range(17)), strict=True))
        predictions.append(torch.cat([label(model, frames, index) for index in range(17)]))
        truths.append(labels)
    prediction, truth = torch.stack(predictions), torch.stack(truths)
    ious = []
    for index in range(NUM_CLASSES):
        if (truth == index).any():
            union = ((prediction == index) | (truth == index)).sum()
            ious.append(((prediction == index) & (truth == index)).sum() / union)
    return 100 * torch.stack(ious).mean().item()


def scores_in(folder):
    (result,) = read_record(folder).results
    return result.scores


@pytest.mark.parametrize(
    ("overrides", "label", "data"),
    [
        (["interval=1"], per_frame, {}),
        (["interval=5", "flow=copy"], copied, {}),
        (["interval=5"], propagated, {}),
        (["interval=5", "data.val_videos=2", "data.val_seed=7"], propagated, {"num_videos": 2, "seed": 7}),
    ],
    ids=["per frame", "copy", "query flow", "other videos"],
)
def test_a_checkpoint_scores_what_its_model_does_by_hand(run_here, checkpoint, model, tmp_path, overrides, label, data):
    """Size, classes and length of the videos are the checkpoint's, though the command does not say them."""
    answer = run_here("eval.py", f"ckpt_path={checkpoint}", *overrides)
    assert answer.status == 0, answer.err
    scores = scores_in(tmp_path / "out")
    assert scores["mIoU"] == pytest.approx(mean_iou(label, model, **data), abs=1e-3)
    assert scores.keys() == {"mIoU", "WIoU", "pixel_accuracy", "mVC8", "mVC16", "mVC8_paper", "mVC16_paper"}


def test_the_ways_to_segment_give_different_scores(model):
    scores = {round(mean_iou(label, model), 3) for label in (per_frame, copied, propagated)}
    assert len(scores) == 3  # or the test above could not tell them apart


def test_the_command_as_typed_shows_scores_and_gives_those_of_the_converted_checkpoint(
    run, run_here, checkpoint, tmp_path
):
    answer = run("eval.py", f"ckpt_path={checkpoint}", "interval=5", "hydra.run.dir=typed")
    assert answer.status == 0, answer.err
    expected = scores_in(tmp_path / "typed")
    for name in ("mIoU", "WIoU", "mVC8", "mVC16"):
        assert name in answer.out
    for score in expected.values():
        assert f"{score:.2f}" in answer.out

    assert run_here("convert.py", f"source={checkpoint}", "output=model.safetensors").status == 0
    assert run_here("eval.py", "ckpt_path=model.safetensors", "interval=5").status == 0
    assert scores_in(tmp_path / "out") == expected


def results_in(folder):
    return {(result.method, result.interval): result for result in read_record(folder).results}


@pytest.fixture
def finer(checkpoint, tmp_path):
    """Another training run with the same segmentor, but other flow."""
    content = torch.load(checkpoint, weights_only=True)
    key = "propagation.flow.flow_head.flow_embedding.layers.2.bias"
    key = key if key in content["state_dict"] else next(k for k in content["state_dict"] if ".flow." in k)
    content["state_dict"][key] = content["state_dict"][key] + 0.5
    torch.save(content, tmp_path / "finer.ckpt")
    return tmp_path / "finer.ckpt"


def test_several_methods_and_intervals_in_one_pass_score_as_each_alone(run_here, checkpoint, finer, tmp_path):
    methods = f"methods={{copy:null,per_frame:null,one:{checkpoint},other:{finer}}}"
    answer = run_here("eval.py", methods, "intervals=[2,5]", "data.val_videos=2", "table=all.csv")
    assert answer.status == 0, answer.err
    together = results_in(tmp_path / "out")
    assert list(together) == [
        ("copy", 2), ("copy", 5), ("per_frame", 1), ("one", 2), ("one", 5), ("other", 2), ("other", 5)
    ]  # fmt: skip
    alone = {
        ("copy", 5): (f"ckpt_path={checkpoint}", "flow=copy", "interval=5"),
        ("per_frame", 1): (f"ckpt_path={checkpoint}", "interval=1"),
        ("one", 2): (f"ckpt_path={checkpoint}", "interval=2"),
        ("other", 5): (f"ckpt_path={finer}", "interval=5"),
    }
    for name, arguments in alone.items():
        assert run_here("eval.py", *arguments, "data.val_videos=2", "table=all.csv").status == 0
        (result,) = read_record(tmp_path / "out").results
        assert result.scores == together[name].scores
        assert result.class_iou == together[name].class_iou
        assert result.drift == together[name].drift
        assert result.key_gmacs == together[name].key_gmacs
        assert result.gmacs == pytest.approx(together[name].gmacs)
    assert together["one", 5].scores != together["other", 5].scores
    rows = list(csv.DictReader((tmp_path / "all.csv").open()))
    assert [(row["method"], int(row["interval"])) for row in rows[:7]] == list(together)
    assert len(rows) == 11
    assert float(rows[0]["mIoU"]) == together["copy", 2].scores["mIoU"]


def test_a_record_says_what_made_the_numbers(run_here, checkpoint, tmp_path):
    assert run_here("eval.py", f"ckpt_path={checkpoint}", "interval=5", "seed=3").status == 0
    record = read_record(tmp_path / "out")
    (result,) = record.results
    assert (record.data, record.split, record.num_videos, record.num_frames, record.seed) == (
        "synthetic",
        "val",
        1,
        17,
        3,
    )
    assert f"ckpt_path={checkpoint} interval=5 seed=3" in record.command
    assert {"device", "cpu_threads", "torch", "python"} <= record.environment.keys()
    assert record.config["data"]["height"] == 48
    assert (result.method, result.backbone, result.flow, result.propagation) == (
        "query_flow", "tiny", "query_flow", "masks"
    )  # fmt: skip
    assert result.checkpoint_sha256 == hashlib.sha256(checkpoint.read_bytes()).hexdigest()
    assert list(result.drift) == [0, 1, 2, 3, 4]
    assert result.gmacs == pytest.approx((4 * result.key_gmacs + 13 * result.non_key_gmacs) / 17)  # of 17 frames
    assert (result.schedule, result.key_frames) == ("FixedInterval(5)", 4 / 17)
    assert result.non_key_gmacs < result.key_gmacs
    assert result.parameters > 1000
    assert result.frames_per_second > 0
    assert (tmp_path / "outputs" / "results.csv").is_file()


def test_stored_predictions_score_as_the_model_that_made_them(run_here, checkpoint, tmp_path):
    answer = run_here("eval.py", f"ckpt_path={checkpoint}", "interval=5", "predictions_to=labels")
    assert answer.status == 0, answer.err
    expected = read_record(tmp_path / "out").results[0]
    files = sorted((tmp_path / "labels").rglob("*.png"))
    assert len(files) == 17
    assert int(decode_image(str(files[0])).min()) >= 1  # class + 1
    data = [f"data.{key}" for key in ("height=48", "width=72", "val_videos=1", "num_frames=17", "num_workers=0")]
    answer = run_here("eval.py", "predictions=labels", "data=synthetic", *data)
    assert answer.status == 0, answer.err
    (result,) = read_record(tmp_path / "out").results
    assert (result.method, result.scores, result.class_iou) == ("labels", expected.scores, expected.class_iou)

    again = run_here("eval.py", f"ckpt_path={checkpoint}", "predictions_to=labels")
    assert again.status == 1
    assert "labels holds something" in again.err
    files[3].unlink()
    missing = run_here("eval.py", "predictions=labels", "data=synthetic", *data)
    assert missing.status == 1
    assert f"1 of 17 predictions are missing in labels, the first is {files[3].relative_to(tmp_path)}" in missing.err
    write_png(torch.zeros(1, 48, 72, dtype=torch.uint8), str(files[3]))
    assert "holds the code 0 in 3456 pixels" in run_here("eval.py", "predictions=labels", "data=synthetic", *data).err


def test_the_oracle_shows_what_copying_alone_costs(run_here, tmp_path):
    data = [f"data.{key}" for key in ("height=48", "width=72", "val_videos=1", "num_frames=9", "num_workers=0")]
    answer = run_here("eval.py", "segmentor=ground_truth", "flow=copy", "data=synthetic", *data, "interval=4")
    assert answer.status == 0, answer.err
    (result,) = read_record(tmp_path / "out").results
    source = SyntheticVideos(1, 9, 48, 72, NUM_CLASSES, 5, 0.025, 1)
    truth = torch.stack([source.read(0, index)[1] for index in range(9)])
    copied = torch.stack([truth[index - index % 4] for index in range(9)])
    assert result.scores["pixel_accuracy"] == pytest.approx(100 * (copied == truth).float().mean().item(), abs=1e-4)
    assert result.drift[0] == 100.0
    assert result.drift[3] < result.drift[1] < 100.0
    assert (result.method, result.backbone, result.gmacs, result.parameters) == ("copy", "ground_truth", None, 0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("segmentor=ground_truth",), "cannot be combined with flow=query_flow propagation=masks. Choose flow=copy"),
        (("segmentor=ground_truth", "flow=raft"), "flow=raft would be untrained. Set weights.flow=FILE"),
        (
            ("segmentor=ground_truth", "flow=copy", "ckpt_path=a.ckpt"),
            "segmentor=ground_truth is no model; got weights for one",
        ),
        (("methods={optical_flow:null}",), "methods.optical_flow must name a checkpoint; got null"),
        (("methods={copy:null}",), "no model is named"),
        (
            ("predictions=nowhere", "data.val_videos=1", "data.num_frames=2"),
            "2 of 2 predictions are missing in nowhere",
        ),
    ],
)
def test_what_cannot_be_evaluated_is_refused(run_here, arguments, message):
    answer = run_here("eval.py", *arguments)
    assert answer.status == 1
    assert message in answer.err
    assert "Traceback" not in answer.err


def test_a_rule_of_ones_own_decides_on_key_frames_and_costs_go_by_them(run_here, checkpoint, tmp_path, monkeypatch):
    (tmp_path / "rules.py").write_text(
        "from dataclasses import dataclass\n\n\n@dataclass\nclass Distance:\n    largest: int\n\n"
        "    def __call__(self, index, since_key, frame, state):\n"
        "        return since_key > (self.largest if index > 9 else 1)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    rule = ("keyframes._target_=rules.Distance", "+keyframes.largest=3", "~keyframes.interval")
    answer = run_here("eval.py", f"ckpt_path={checkpoint}", *rule)
    assert answer.status == 0, answer.err
    (result,) = read_record(tmp_path / "out").results
    assert (result.interval, result.schedule) == (None, "Distance(largest=3)")
    assert result.key_frames == 7 / 17  # 0, 2, 4, 6, 8, 12 and 16
    assert result.gmacs == pytest.approx((7 * result.key_gmacs + 10 * result.non_key_gmacs) / 17)
    refused = run_here("eval.py", f"ckpt_path={checkpoint}", *rule, "intervals=[2,5]")
    assert refused.status == 1
    assert "intervals needs key frames at a fixed interval; got Distance(largest=3). Set keyframes=fixed" in refused.err


def test_a_sweep_appends_all_its_jobs_to_one_table(run_here, checkpoint, tmp_path):
    answer = run_here("eval.py", "-m", f"ckpt_path={checkpoint}", "interval=1,5", "hydra.sweep.dir=sweep")
    assert answer.status == 0, answer.err
    rows = list(csv.DictReader((tmp_path / "outputs" / "results.csv").open()))
    assert [row["interval"] for row in rows] == ["1", "5"]
    assert [read_record(tmp_path / row["run"]).results[0].interval for row in rows] == [1, 5]


@pytest.mark.slow
def test_two_processes_score_as_one(run, tmp_path):
    data = [f"data.{key}" for key in ("height=48", "width=72", "val_videos=3", "num_frames=17", "num_workers=0")]
    command = ("eval.py", "segmentor=ground_truth", "flow=copy", "data=synthetic", *data, "trainer=cpu")
    one = run(*command, "hydra.run.dir=one")
    two = run(*command, "hydra.run.dir=two", "trainer.devices=2", "trainer.strategy=ddp")
    assert (one.status, two.status) == (0, 0), one.err + two.err
    (alone,), (shared,) = (read_record(tmp_path / name).results for name in ("one", "two"))
    assert shared._replace(frames_per_second=None) == alone._replace(frames_per_second=None)
    assert len((tmp_path / "outputs" / "results.csv").read_text().splitlines()) == 3


def test_an_evaluation_that_was_killed_is_resumed_to_the_same_result(run_here, checkpoint, tmp_path):
    arguments = (f"ckpt_path={checkpoint}", "intervals=[2,5]", "data.val_videos=12", "save_every=0")
    answer = run_here("eval.py", *arguments)
    assert answer.status == 0, answer.err
    expected = read_record(tmp_path / "out").results
    assert not (tmp_path / "out" / "evaluation.pt").exists()

    notes = tmp_path / "killed" / "evaluation.pt"
    process = subprocess.Popen(
        [sys.executable, SRC / "eval.py", *arguments, "hydra.run.dir=killed"], cwd=tmp_path,
        env={**os.environ, "OMP_NUM_THREADS": "1"}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    while not notes.is_file() and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert 1 <= len(torch.load(notes, weights_only=True)["done"]) < 12

    changed = run_here("eval.py", *arguments, "data.val_seed=5", "resume=killed")
    assert changed.status == 1
    assert "killed/evaluation.pt is of another evaluation:\n" in changed.err
    assert "  data.val_seed: 1 there, 5 here\n" in changed.err
    nothing = run_here("eval.py", *arguments, "resume=elsewhere")
    assert "No evaluation to resume: there is no elsewhere/evaluation.pt" in nothing.err
    answer = run_here("eval.py", *arguments, "resume=killed")
    assert answer.status == 0, answer.err
    resumed = read_record(tmp_path / "out").results
    assert [r._replace(frames_per_second=None) for r in resumed] == [
        r._replace(frames_per_second=None) for r in expected
    ]
