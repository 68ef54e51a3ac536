"""A damaged data set is reported whole, and trained around."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from torchvision.io import write_jpeg, write_png

SRC = Path(__file__).parents[2] / "src"
NAMES = ("sky", "road", "car")
CHECK = ("data=clips", "data.root=clips", "num_workers=0")
TRAIN = (
    "experiment=demo", "data=clips", "data.root=clips", "data.crop=[32,64]", "data.batch_size=1", "data.num_workers=0",
    "interval=2", "trainer.max_steps=1", "logger=csv",
)  # fmt: skip


@pytest.fixture
def clips(tmp_path):
    """Four clips to train on and one to validate on, of three frames each: sky above road."""
    root = tmp_path / "clips"
    root.mkdir()
    (root / "label_num_dic_final.json").write_text(json.dumps({name: str(i) for i, name in enumerate(NAMES, start=1)}))
    for split, listed in {"train": ("a", "b", "c", "d"), "val": ("e",)}.items():
        (root / f"{split}.txt").write_text("\n".join(listed))
        for clip in listed:
            for folder in ("origin", "mask"):
                (root / "data" / clip / folder).mkdir(parents=True)
            for index in range(3):
                mask = torch.ones(1, 41, 66, dtype=torch.uint8)
                mask[:, 20:] = 2
                write_jpeg(mask.expand(3, -1, -1) * 60, str(root / "data" / clip / "origin" / f"{index:05d}.jpg"))
                write_png(mask, str(root / "data" / clip / "mask" / f"{index:05d}.png"))
    return root


def rows(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_whole_data_set_is_clean(run_here, clips, tmp_path):
    (clips / "bad_clips.txt").write_text("# of an earlier check\ntrain\ta\twet\n")
    answer = run_here("check_data.py", *CHECK)
    assert answer.status == 0, answer.err
    assert "0 errors, 0 notes" in answer.out
    assert rows(tmp_path / "out" / "problems.csv") == []
    train, val = rows(tmp_path / "out" / "splits.csv")
    assert (train["clips"], train["frames"], val["frames"], val["sizes_px"]) == ("4", "12", "3", "66x41")
    assert [float(row["train_percent"]) for row in rows(tmp_path / "out" / "classes.csv")] == pytest.approx(
        [100 * 20 / 41, 100 * 21 / 41, 0]
    )
    for picture in ("class_histogram.png", "contact_sheet.png"):
        assert (tmp_path / "out" / picture).stat().st_size > 1000
    assert not (clips / "bad_clips.txt").exists()


def test_every_problem_is_reported_at_once_and_trained_around(run_here, clips, tmp_path):
    data = clips / "data"
    (data / "a" / "origin" / "00000.jpg").write_bytes(b"")
    (data / "a" / "mask" / "00001.png").unlink()
    image = data / "b" / "origin" / "00002.jpg"
    image.write_bytes(image.read_bytes()[:-20])
    write_png(torch.full((1, 41, 66), 9, dtype=torch.uint8), str(data / "c" / "mask" / "00001.png"))
    (clips / "train.txt").write_text("a\nb\nc\nd\ngone\n")

    answer = run_here("check_data.py", *CHECK)
    assert answer.status == 1
    assert "Traceback" not in answer.err
    found = {(row["kind"], row["clip"]) for row in rows(tmp_path / "out" / "problems.csv")}
    assert found == {
        ("empty file", "a"), ("frame without mask", "a"), ("unreadable file", "b"), ("unknown label", "c"),
        ("clip without folder", "gone"),
    }  # fmt: skip
    assert "error: unknown label in train: clips/data/c/mask/00001.png holds label 9" in answer.out
    assert "6 errors, 0 notes" in answer.out  # the clip that is gone lacks two folders
    assert (tmp_path / "out" / "bad_clips.txt").read_text() == (clips / "bad_clips.txt").read_text()

    answer = run_here("train.py", *TRAIN)
    assert answer.status == 1
    assert "python src/check_data.py; data.skip_bad_clips=true then leaves out what is damaged" in answer.err
    answer = run_here("train.py", *TRAIN, "data.skip_bad_clips=true")
    assert answer.status == 0, answer.err
    log = (tmp_path / "out" / "train.log").read_text()
    assert "Left out 4 of 5 clips of train.txt: a (clips/data/a/origin/00000.jpg cannot be read" in log


def test_a_split_that_is_missing_does_not_keep_others_from_being_checked(run_here, clips):
    (clips / "val.txt").unlink()
    write_png(torch.full((1, 41, 66), 9, dtype=torch.uint8), str(clips / "data" / "c" / "mask" / "00001.png"))
    answer = run_here("check_data.py", *CHECK)
    assert answer.status == 1
    assert "error: split that cannot be opened in val: val cannot be opened: No list of clips at" in answer.out
    assert "error: unknown label in train" in answer.out


def test_a_missing_data_set_is_named_with_its_layout(run_here):
    answer = run_here("check_data.py", *CHECK)
    assert answer.status == 1
    assert answer.err.startswith("error: No data set at ")
    assert "<root>/data/<clip>/mask" in answer.err


def test_what_has_no_labelled_videos_is_refused(run_here):
    answer = run_here("check_data.py", "data=synthetic_flow", "num_workers=0")
    assert answer.status == 1
    assert "error: Labelled videos can be checked; data=synthetic_flow has pairs for flow" in answer.err


def test_generated_video_is_checked_as_any_source_is(run_here):
    small = ("data.num_videos=2", "data.val_videos=1", "data.num_frames=2", "data.height=16", "data.width=24")
    answer = run_here("check_data.py", "data=synthetic", "num_workers=0", *small)
    assert answer.status == 0, answer.err
    assert "24x16" in answer.out


def test_ctrl_c_ends_the_check_and_its_processes_without_a_traceback(tmp_path):
    """Made-up video is never read to its end; workers are there once reading has begun."""
    command = [sys.executable, SRC / "check_data.py", "data=synthetic", "num_workers=2", "hydra.run.dir=out"]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        preexec_fn=_heed_ctrl_c,
    ) as check:  # fmt: skip
        children = Path(f"/proc/{check.pid}/task/{check.pid}/children")
        deadline = time.monotonic() + 120
        while len(workers := children.read_text().split()) < 2 and time.monotonic() < deadline:
            time.sleep(0.1)
        time.sleep(0.5)
        os.killpg(check.pid, signal.SIGINT)
        try:
            _, err = check.communicate(timeout=60)
        finally:
            check.kill()
    assert check.returncode == 130
    assert err == "stopped\n"
    assert [path.name for path in (tmp_path / "out").iterdir() if path.suffix in (".csv", ".png", ".txt")] == []
    assert not any(Path(f"/proc/{worker}").exists() for worker in workers)


def _heed_ctrl_c():
    """Undo what a shell does to commands in the background, which the tests may be part of."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
