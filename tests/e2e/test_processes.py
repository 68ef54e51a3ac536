"""A run in several processes is one run: one folder, one log, one W&B run, one end."""

import csv
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from mpvss.data import SyntheticVideos

SRC = Path(__file__).parents[2] / "src"
TWO_STEPS = ("trainer=ddp_cpu", "trainer.max_steps=2", "data.num_frames=6")
NUM_CLASSES = len(SyntheticVideos(1, 2, 32, 32, 8, 1).classes.names)
FAIL = '''
"""The second process fails while the first waits for it."""

import lightning


class Fail(lightning.Callback):
    def on_train_batch_start(self, trainer, module, batch, batch_idx):
        if trainer.global_rank == 1:
            raise ValueError("the second process has had enough")
'''


def steps_of(folder):
    rows = csv.DictReader((folder / "csv" / "metrics.csv").open())
    return [int(row["step"]) for row in rows if row.get("train/loss")]


def files_of(folder):
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())


@pytest.mark.slow
@pytest.mark.parametrize("launcher", ["basic", "joblib"])
def test_each_job_of_a_sweep_has_one_folder_one_csv_and_one_wandb_run(run, small, wandb_records, tmp_path, launcher):
    answer = run(
        "train.py", "-m", *small, *TWO_STEPS, "interval=2,5", f"launcher={launcher}", "hydra.sweep.dir=sweep"
    )  # fmt: skip
    assert answer.status == 0, answer.err
    folders = sorted(folder for folder in (tmp_path / "sweep").iterdir() if folder.is_dir())
    assert [folder.name[0] for folder in folders] == ["0", "1"]
    assert sorted(os.listdir(tmp_path)) == ["sweep"]  # no folder of the other processes
    for folder, interval in zip(folders, (2, 5), strict=True):
        assert f"interval={interval}" in folder.name
        assert steps_of(folder) == [0, 1]
        assert {file.name for file in (folder / "checkpoints").iterdir()} == {"best.ckpt", "last.ckpt", "README.md"}
        assert len(list(folder.glob("*.log"))) == 1
        (started,) = [record.run for record in wandb_records(folder) if record.HasField("run")]
        assert (started.run_group, started.display_name) == ("sweep", f"tiny-synthetic-interval{interval}")
        assert (folder / "train.log").read_text().count("effective batch 4 = 2 devices x 2 pairs") == 1


@pytest.mark.slow
def test_a_process_that_fails_ends_the_others_and_its_error_is_the_runs(run, small, tmp_path):
    (tmp_path / "fail.py").write_text(FAIL)
    started = time.monotonic()
    answer = run(
        "train.py", *small, *TWO_STEPS, "logger=csv", "+callbacks.fail._target_=fail.Fail", PYTHONPATH=str(tmp_path)
    )  # fmt: skip
    assert answer.status == 1
    assert answer.err.splitlines()[-1] == "error: the second process has had enough"
    assert time.monotonic() - started < 120  # nobody waits for a time limit of a collective


@pytest.mark.slow
def test_processes_that_ctrl_c_ended_go_on_as_if_it_had_not(run, small, tmp_path):
    command = (
        *small, "trainer=ddp_cpu", "trainer.max_steps=30", "trainer.val_check_interval=30", "data.num_frames=6",
        "data.num_workers=1", "callbacks.last.every_n_steps=5", "logger=csv",
    )  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, SRC / "train.py", *command, "hydra.run.dir=part"], cwd=tmp_path, text=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    while not (tmp_path / "part" / "checkpoints" / "last.ckpt").exists() and process.poll() is None:
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    _, said = process.communicate(timeout=120)
    assert process.returncode == 128 + signal.SIGINT, said
    assert said.endswith(f"with hydra.run.dir={tmp_path}/part ckpt_path=last\n")
    for arguments in (("hydra.run.dir=part", "ckpt_path=last"), ("hydra.run.dir=whole",)):
        answer = run("train.py", *command, *arguments)
        assert answer.status == 0, answer.err
    part, whole = (
        torch.load(tmp_path / name / "checkpoints" / "last.ckpt", weights_only=True) for name in ("part", "whole")
    )
    assert part["global_step"] == whole["global_step"] == 30
    for name, weight in whole["state_dict"].items():
        assert torch.equal(part["state_dict"][name], weight), name
