import csv
import itertools
import json
import socket

import pytest
import torch
from torchvision.io import write_jpeg, write_png

ONE_STEP = ("trainer.max_steps=1", "data.num_frames=4")


@pytest.fixture
def proxy():
    """A proxy that no one should call."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.setblocking(False)
        yield listener


def test_a_sweep_gives_one_offline_wandb_run_per_interval_without_an_account(
    run, small, proxy, wandb_records, tmp_path
):
    address = f"http://127.0.0.1:{proxy.getsockname()[1]}"
    proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"), address)
    answer = run("train.py", "-m", *small, "interval=2,5", *ONE_STEP, "hydra.sweep.dir=sweep", **proxies)
    assert answer.status == 0, answer.err
    lines = [line for line in answer.out.splitlines() if "To go online, run `wandb login` once." in line]
    assert len(lines) == 2  # one a job
    assert "No W&B account on this machine: logging offline" in lines[0]
    with pytest.raises(BlockingIOError):
        proxy.accept()

    folders = sorted(folder for folder in (tmp_path / "sweep").iterdir() if folder.is_dir())
    assert [folder.name[0] for folder in folders] == ["0", "1"]
    identifiers = set()
    for folder, interval in zip(folders, (2, 5), strict=True):
        assert f"interval={interval}" in folder.name
        assert (folder / "csv" / "metrics.csv").is_file()
        content = wandb_records(folder)
        (started,) = [record.run for record in content if record.HasField("run")]
        assert (started.run_group, started.job_type) == ("sweep", "train")
        assert (started.display_name, started.project) == (f"tiny-synthetic-interval{interval}", "mpvss")
        identifiers.add(started.run_id)
        columns = {u.key: json.loads(u.value_json) for r in content if r.HasField("config") for u in r.config.update}
        assert (columns["backbone"], columns["data"], columns["interval"]) == ("tiny", "synthetic", interval)
        logged = {item.key or item.nested_key[0] for r in content if r.HasField("history") for item in r.history.item}
        assert {"val/mIoU", "val/WIoU"} <= logged
    assert len(identifiers) == 2


def test_wandb_mode_in_the_environment_is_respected(run_here, small, monkeypatch, tmp_path):
    monkeypatch.setenv("WANDB_MODE", "disabled")
    answer = run_here("train.py", *small, *ONE_STEP)
    assert answer.status == 0, answer.err
    assert (tmp_path / "out" / "csv" / "metrics.csv").is_file()
    assert not list(tmp_path.rglob("*.wandb"))


@pytest.fixture
def camvid(tmp_path):
    """One clip to train on and one to validate on, of two frames each, with some of CamVid's classes."""
    names = ("sky", "road", "car", "pedestrian", "bicyclist", "sign_symbol")
    codes = {"others": "0"} | {name: str(index + 1) for index, name in enumerate(names)}
    root = tmp_path / "camvid"
    root.mkdir()
    (root / "label_num_dic_final.json").write_text(json.dumps(codes))
    for split in ("train", "val"):
        (root / f"{split}.txt").write_text(f"{split}_clip\n")
        for folder in ("origin", "mask"):
            (root / "data" / f"{split}_clip" / folder).mkdir(parents=True)
        for index in range(2):
            mask = torch.arange(1, 7, dtype=torch.uint8).repeat_interleave(8).expand(1, 32, 48).contiguous()
            write_jpeg(mask.expand(3, -1, -1) * 40, str(root / "data" / f"{split}_clip" / "origin" / f"{index}.jpg"))
            write_png(mask, str(root / "data" / f"{split}_clip" / "mask" / f"{index}.png"))
    return root


@pytest.mark.slow
def test_two_jobs_at_a_time_give_eight_folders_and_eight_wandb_runs_in_one_group(run, camvid, wandb_records, tmp_path):
    answer = run(
        "train.py", "-m", "experiment=demo", "backbone=tiny,mobilenetv2", "backbone.pretrained=false",
        "data=synthetic,camvid", "interval=2,5", "launcher=joblib", "data.batch_size=2", "data.num_workers=0",
        "trainer.max_steps=2", "trainer.log_every_n_steps=1", "+trainer.limit_val_batches=1", "hydra.sweep.dir=sweep",
        CAMVID_ROOT=str(camvid),
    )  # fmt: skip
    assert answer.status == 0, answer.err
    jobs = list(itertools.product(("tiny", "mobilenetv2"), ("synthetic", "camvid"), (2, 5)))
    folders = sorted(folder for folder in (tmp_path / "sweep").iterdir() if folder.is_dir())
    assert len(folders) == len(jobs)
    identifiers = set()
    for number, (folder, (backbone, data, interval)) in enumerate(zip(folders, jobs, strict=True)):
        assert folder.name.startswith(f"{number}_")
        (started,) = [record.run for record in wandb_records(folder) if record.HasField("run")]
        assert (started.run_group, started.display_name) == ("sweep", f"{backbone}-{data}-interval{interval}")
        identifiers.add(started.run_id)
        rows = list(csv.DictReader((folder / "csv" / "metrics.csv").open()))
        assert len([row for row in rows if row["train/loss"]]) == 2
        assert (folder / "checkpoints" / "best.ckpt").is_file()
    assert len(identifiers) == 8
