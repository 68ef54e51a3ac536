"""A run logged to W&B offline, read back from its own files."""

import json
import re
import subprocess
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from mpvss.data import SyntheticVideos
from mpvss.training.dashboard import build_workspace, specification

NUM_STEPS, NUM_VIDEOS = 4, 3
VOID, RIGHT, WRONG = 255, 253, 254
CURVES = {
    "train/loss", "train/gradient_norm", "train/pairs_per_second", "lr/head", "lr/backbone",
    "val/mIoU", "val/WIoU", "val/mVC8", "val/mVC16",
    *(f"train/{part}_share" for part in ("data_wait", "forward", "matching", "backward", "optimizer")),
    *(f"train/{frame}_{term}" for frame in ("key", "propagated") for term in ("class", "mask", "dice")),
}  # fmt: skip


@pytest.fixture
def offline_run(run_here, small, monkeypatch, tmp_path):
    """The folder of a training run with two validations."""
    monkeypatch.setenv("WANDB_MODE", "offline")
    monkeypatch.setenv("WANDB_DATA_DIR", str(tmp_path / "staged"))
    answer = run_here(
        "train.py", *small, f"trainer.max_steps={NUM_STEPS}", "trainer.val_check_interval=2",
        "logger.wandb.log_model=true", f"data.val_videos={NUM_VIDEOS}", "callbacks.pictures.num_videos=2",
        "logger.wandb.group=night",
    )  # fmt: skip
    assert answer.status == 0, answer.err
    return tmp_path / "out"


def test_an_offline_run_holds_every_curve_picture_and_table(offline_run, wandb_records):
    content = wandb_records(offline_run)
    (files,) = offline_run.glob("wandb/offline-run-*/files")
    rows = [row(record) for record in content if record.HasField("history")]

    def last(key):
        return [row[key] for row in rows if key in row][-1]

    check_curves(rows)
    check_dashboard({key for row in rows for key in row})
    check_what_the_run_says_of_itself(content)
    truths = check_pictures(last("val/pictures"), files)
    check_table(last("val/frames"), files, staged_files(content), truths)
    check_flow_and_video(last("val/flow"), last("val/video"), files)
    bars = json.loads((files / last("val/class_IoU_table")["path"]).read_text())
    assert bars["columns"] == ["class", "IoU"]
    names, scores = zip(*bars["data"], strict=True)
    assert set(names) <= set(source().classes.names)
    assert np.mean(scores) == pytest.approx(last("val/mIoU"), abs=1e-4)
    assert {"best.ckpt", "last.ckpt", "README.md"} == {path.name for path in (offline_run / "checkpoints").iterdir()}
    stored = [r.artifact for r in content if r.HasField("artifact") and r.artifact.type == "model"]
    assert {entry.path for artifact in stored for entry in artifact.manifest.contents} == {"model.ckpt"}


def check_curves(rows):
    assert set().union(*rows) >= CURVES
    steps = [row["trainer/global_step"] for row in rows if "train/loss" in row]
    assert steps == list(range(NUM_STEPS))
    assert all(row["train/gradient_norm"] > 0 for row in rows if "train/gradient_norm" in row)
    waits = [row["train/data_wait_share"] for row in rows if "train/data_wait_share" in row]
    assert waits
    assert all(0 < wait < 1 for wait in waits)
    for key in ("val/mIoU", "val/pictures"):
        assert [row["trainer/global_step"] for row in rows if key in row] == [1, 3]


def check_dashboard(logged):
    """What the workspace shows is what a run logs, pretraining of flow apart."""
    page = json.dumps(specification(build_workspace("team", "mpvss")))
    shown = set(re.findall(r'"((?:train|val)/\w+)"', page))
    assert shown - logged == {"val/EPE", "val/zero_EPE"}
    assert logged >= {"lr/head", "trainer/global_step"}


def check_what_the_run_says_of_itself(content):
    metrics = {record.metric.name: record.metric for record in content if record.HasField("metric")}
    assert metrics["val/mIoU"].summary.max
    assert metrics["val/mIoU"].step_metric == "trainer/global_step"
    assert metrics["val/EPE"].summary.min
    (run,) = [record.run for record in content if record.HasField("run")]
    assert (run.run_group, run.job_type) == ("night", "train")
    columns = {u.key: json.loads(u.value_json) for r in content if r.HasField("config") for u in r.config.update}
    assert {key: columns[key] for key in ("backbone", "data", "flow", "propagation", "recipe", "interval", "seed")} == {
        "backbone": "tiny", "data": "synthetic", "flow": "query_flow", "propagation": "masks", "recipe": "joint",
        "interval": 5, "seed": 0,
    }  # fmt: skip
    environment, *later = [record.environment for record in content if record.HasField("environment")]
    for part in later:
        environment.MergeFrom(part)
    assert "experiment=demo" in environment.args
    assert environment.program.endswith("train.py")
    assert environment.git.commit == head()


def check_pictures(logged, files):
    """The masks lie over the frames that they belong to, and the errors are where truth and prediction differ."""
    truths, videos = [], source()
    shown = [(0, 0), (0, 4), (1, 0), (1, 4)]  # of 3 videos, 2; first key frame, last frame of its interval
    for (video, frame), path, masks in zip(shown, logged["filenames"], logged["all_masks"], strict=True):
        expected, labels = videos.read(video, frame)
        assert np.array_equal(decoded(files / path), expected.permute(1, 2, 0).numpy())
        truth, prediction, errors = (decoded(files / masks[name]["path"]) for name in ("truth", "prediction", "errors"))
        assert np.array_equal(truth, labels.numpy())
        assert prediction.max() < 8
        assert np.array_equal(errors, np.where(truth == VOID, VOID, np.where(truth == prediction, RIGHT, WRONG)))
        truths.append((truth, errors))
    assert [caption.split(", ", 1)[1] for caption in logged["captions"]] == ["frame 0, key frame", "frame 4"] * 2
    return truths


def check_table(logged, files, staged, truths):
    table = json.loads((files / logged["path"]).read_text())
    assert table["columns"] == ["video", "frame", "key frame", "picture", "flow", "pixel accuracy"]
    for (_, frame, is_key, _, flow, accuracy), (truth, errors) in zip(table["data"], truths, strict=True):
        assert (frame == 0) == is_key == (flow is None)
        assert accuracy == pytest.approx(100 * (errors == RIGHT).sum() / (truth != VOID).sum(), abs=1e-3)
    pictures = [path for name, path in staged.items() if name.startswith("media/images/") and name.endswith(".png")]
    sizes = {decoded(path).shape[:2] for path in pictures}
    assert sizes == {(48, 72)}
    names = json.loads(next(path for name, path in staged.items() if name.endswith("classes.json")).read_text())
    assert {entry["id"] for entry in names["class_set"]} == {*range(8), RIGHT, WRONG, VOID}


def check_flow_and_video(flow, video, files):
    assert [decoded(files / path).shape for path in flow["filenames"]] == [(48, 72, 3)] * 2
    with av.open(str(files / video["path"])) as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    assert [frame.shape for frame in frames] == [(48, 72, 3)] * 12
    assert not np.array_equal(frames[0], frames[-1])


def row(record):
    """What one call of log gave, nested keys joined."""
    values = {}
    for item in record.history.item:
        first, *rest = item.nested_key or [item.key]
        value = json.loads(item.value_json)
        values.setdefault(first, {}).update({".".join(rest): value}) if rest else values.update({first: value})
    return values


def staged_files(content):
    """The files of the tables' artifacts, which wait for their upload."""
    return {
        entry.path: Path(entry.local_path)
        for record in content
        if record.HasField("artifact") and record.artifact.type == "run_table"
        for entry in record.artifact.manifest.contents
    }


def source():
    return SyntheticVideos(NUM_VIDEOS, 17, 48, 72, 8, 5, 0.025, seed=1)


def decoded(path):
    with Image.open(path) as image:
        return np.asarray(image)


def head():
    """The commit of this checkout; empty outside one."""
    command = ["git", "rev-parse", "HEAD"]
    folder = Path(__file__).parent
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stdout.strip()
