import json
import socket

import pytest

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
