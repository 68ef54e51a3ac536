"""A run in several processes is one run: one folder, one log, one W&B run, one end."""

import csv
import os
import time

import pytest

from mpvss.data import SyntheticVideos

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
        assert {file.name for file in (folder / "checkpoints").iterdir()} == {"best.ckpt", "last.ckpt"}
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
