"""Training that something ends early: what it says, and that nothing is lost."""

import csv
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from mpvss.training.module import MPVSS

SRC = Path(__file__).parents[2] / "src"
# Three epochs of 5 batches; two batches a step would leave one out, so two steps an epoch.
STEPS = (
    "trainer.max_steps=6", "data.pairs_per_epoch=10", "optim.effective_batch=4", "trainer.val_check_interval=3",
    "callbacks.last.every_n_steps=1",
)  # fmt: skip
INTERRUPT = '''
"""Sends its own process a signal in the middle of a step."""

import os
import lightning


class Interrupt(lightning.Callback):
    def __init__(self, signal, step):
        self.signal, self.step = signal, step

    def on_before_backward(self, trainer, module, loss):
        if trainer.global_step == self.step:
            os.kill(os.getpid(), self.signal)
'''


@pytest.fixture
def interrupt(tmp_path, monkeypatch):
    """A function from signal and step to the overrides of a run to which that happens."""
    (tmp_path / "interrupt.py").write_text(INTERRUPT)
    monkeypatch.syspath_prepend(str(tmp_path))

    def overrides(number, step):
        node = "+callbacks.interrupt"
        return f"{node}._target_=interrupt.Interrupt", f"{node}.signal={int(number)}", f"{node}.step={step}"

    return overrides


def last(folder):
    return torch.load(folder / "checkpoints" / "last.ckpt", weights_only=True)


def curves(folder):
    with (folder / "csv" / "metrics.csv").open() as file:
        rows = list(csv.DictReader(file))
    return [
        (name, row["step"], row[name])
        for row in rows
        for name in ("train/loss", "val/mIoU", "lr/head")
        if row.get(name)
    ]


def check_same_end(folder, whole):
    ours, theirs = last(folder), last(whole)
    for name, value in theirs["state_dict"].items():
        assert torch.equal(ours["state_dict"][name], value), name
    for key, moments in theirs["optimizer_states"][0]["state"].items():
        for name, value in moments.items():
            assert torch.equal(ours["optimizer_states"][0]["state"][key][name], value)
    assert ours["lr_schedulers"] == theirs["lr_schedulers"]
    assert torch.equal(ours["random_state"][0]["cpu"], theirs["random_state"][0]["cpu"])


@pytest.fixture(scope="module")
def whole(run_in, small, tmp_path_factory):
    """The folder of a run that nothing interrupted."""
    folder = tmp_path_factory.mktemp("whole")
    answer = run_in(folder, "train.py", *small, *STEPS, "logger=csv", "hydra.run.dir=run")
    assert answer.status == 0, answer.err
    return folder / "run"


def test_a_run_that_was_killed_ends_as_if_it_had_not_been(run, small, whole, tmp_path):
    command = (*small, *STEPS, "logger=csv", "hydra.run.dir=run", "ckpt_path=last")
    checkpoint = tmp_path / "run" / "checkpoints" / "last.ckpt"
    process = subprocess.Popen(
        [sys.executable, SRC / "train.py", *command], cwd=tmp_path, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, env=os.environ | {"OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    while not checkpoint.exists() and process.poll() is None:
        time.sleep(0.005)
    time.sleep(0.2)  # somewhere in the next step
    process.kill()
    process.wait()
    assert 0 < last(tmp_path / "run")["global_step"] < 6  # whole, wherever it was killed
    answer = run("train.py", *command)
    assert answer.status == 0, answer.err
    check_same_end(tmp_path / "run", whole)
    assert curves(tmp_path / "run")[-3:] == curves(whole)[-3:]


def test_a_signal_to_the_processes_that_read_data_too_is_survived(small, tmp_path):
    checkpoint = tmp_path / "run" / "checkpoints" / "last.ckpt"
    command = (*small, *STEPS, "trainer.max_steps=1000", "logger=csv", "data.num_workers=1", "hydra.run.dir=run")
    process = subprocess.Popen(
        [sys.executable, SRC / "train.py", *command, "+trainer.limit_val_batches=0"], cwd=tmp_path, text=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    while not checkpoint.exists() and process.poll() is None:
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGTERM)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 128 + signal.SIGTERM, said
    assert "stopped by SIGTERM; to go on" in said


def test_a_run_that_was_asked_to_stop_goes_on_in_its_own_folder(
    run_here, small, whole, tmp_path, interrupt, monkeypatch, wandb_records
):
    monkeypatch.setenv("WANDB_MODE", "offline")
    command = (*small, *STEPS, "~callbacks.pictures", "ckpt_path=last")
    answer = run_here("train.py", *command, *interrupt(signal.SIGTERM, 3))
    assert answer.status == 128 + signal.SIGTERM
    advice = f"to go on, run the same command with hydra.run.dir={tmp_path}/out ckpt_path=last"
    assert answer.err.endswith(f"stopped by SIGTERM; {advice}\n")
    assert last(tmp_path / "out")["global_step"] == 4
    (first,) = (tmp_path / "out" / "wandb").glob("offline-run-*")
    time.sleep(1)  # W&B names its folders by the second
    answer = run_here("train.py", *command)
    assert answer.status == 0, answer.err
    check_same_end(tmp_path / "out", whole)
    ours, theirs = curves(tmp_path / "out"), curves(whole)
    assert [point[:2] for point in theirs if point not in ours] == [("train/loss", "3")]
    assert [point for point in theirs if point in ours] == ours
    # One run at W&B, in two folders.
    runs = sorted((tmp_path / "out" / "wandb").glob("offline-run-*"))
    assert len(runs) == 2
    assert {folder.name.rpartition("-")[2] for folder in runs} == {first.name.rpartition("-")[2]}


def test_a_warning_of_slurm_saves_and_asks_for_another_turn(run_here, small, tmp_path, interrupt, monkeypatch):
    scontrol = tmp_path / "bin" / "scontrol"
    scontrol.parent.mkdir()
    scontrol.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/asked\n')
    scontrol.chmod(0o755)
    monkeypatch.setenv("PATH", f"{scontrol.parent}:{os.environ['PATH']}")
    for name, value in {"JOB_ID": 7, "ARRAY_JOB_ID": 5, "ARRAY_TASK_ID": 2}.items():
        monkeypatch.setenv(f"SLURM_{name}", str(value))
    monkeypatch.setenv("SLURM_JOB_NAME", "bash")  # which Lightning takes for an interactive job
    answer = run_here("train.py", *small, *STEPS, "logger=csv", *interrupt(signal.SIGUSR1, 0))
    assert answer.status == 128 + signal.SIGUSR1
    assert (tmp_path / "asked").read_text() == "requeue 5_2\n"
    assert last(tmp_path / "out")["global_step"] == 1


def test_last_of_a_new_folder_is_refused_and_of_a_named_one_begins(run, small, tmp_path):
    answer = run("train.py", *small, "ckpt_path=last")
    assert answer.status == 1
    assert "ckpt_path=last goes on in the run's own folder, which is a new one, " in answer.err
    assert "Name the folder of the run to go on with: hydra.run.dir=FOLDER." in answer.err


def test_a_sweep_goes_on_in_its_folders(run_here, small, tmp_path):
    command = (
        "-m", *small, "trainer.max_steps=1", "data.num_frames=4", "logger=csv", "interval=2,5", "hydra.sweep.dir=sweep"
    )  # fmt: skip
    assert run_here("train.py", *command).status == 0
    folders = {folder for folder in (tmp_path / "sweep").iterdir() if folder.is_dir()}
    assert len(folders) == 2
    answer = run_here("train.py", *command, "ckpt_path=last", "launcher=basic")
    assert answer.status == 0, answer.err
    assert {folder for folder in (tmp_path / "sweep").iterdir() if folder.is_dir()} == folders
    assert all((folder / "csv" / "metrics_until_step_1.csv").is_file() for folder in folders)


def test_a_run_that_diverges_names_and_saves_its_batch(run_here, small, tmp_path):
    answer = run_here("train.py", *small, *STEPS, "logger=csv", "optim.optimizer.lr=1e30", "optim.effective_batch=null")
    assert answer.status == 1
    assert "error: matching costs must be finite" in answer.err
    saved = torch.load(tmp_path / "out" / "non_finite_batch_0.pt", weights_only=True)
    assert saved["frame"].shape == (2, 3, 48, 72)
    assert len(saved["sources"]) == 2
    log = (tmp_path / "out" / "train.log").read_text()
    assert all(f"\n  {source}" in log for source in saved["sources"])


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (
            torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB.\nmore"),
            "smaller data.batch_size, which",
        ),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried"), "data.batch_size=2: "),
        (RuntimeError("DataLoader worker (pid 7) is killed by signal: Killed. "), "Lower data.num_workers=0."),
    ],
)
def test_out_of_memory_names_the_keys_that_take_less(run_here, small, monkeypatch, error, advice):
    def fail(*_):
        raise error

    monkeypatch.setattr(MPVSS, "training_step", fail)
    answer = run_here("train.py", *small, *STEPS, "logger=csv")
    assert answer.status == 1
    assert advice in answer.err
    assert "Traceback" not in answer.err


def test_another_error_keeps_its_traceback(run_here, small, monkeypatch):
    def fail(*_):
        raise RuntimeError("a mistake")

    monkeypatch.setattr(MPVSS, "training_step", fail)
    monkeypatch.setenv("HYDRA_FULL_ERROR", "1")
    with pytest.raises(RuntimeError, match="a mistake"):
        run_here("train.py", *small, *STEPS, "logger=csv")
