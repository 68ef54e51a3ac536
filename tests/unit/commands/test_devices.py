from pathlib import Path

import pytest
import torch
from hydra import compose, initialize_config_dir
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode

from mpvss.commands.devices import assign_gpu

CONF = Path(__file__).parents[3] / "conf"


@pytest.mark.parametrize(
    ("overrides", "num_gpus", "job", "devices"),
    [
        (["launcher=joblib", "trainer=gpu"], 4, 6, [2]),
        (["launcher=joblib", "trainer=auto"], 2, 0, [0]),
        (["launcher=joblib", "trainer=gpu"], 1, 6, 1),
        (["launcher=joblib", "trainer=cpu"], 4, 6, 1),
        (["launcher=joblib", "trainer=ddp"], 4, 6, "auto"),
        (["trainer=gpu"], 4, 6, 1),  # one job after the other
    ],
)
def test_jobs_side_by_side_take_the_gpus_in_turn(overrides, num_gpus, job, devices, monkeypatch):
    pytest.importorskip("hydra_plugins.hydra_joblib_launcher")
    monkeypatch.setattr(torch.cuda, "device_count", lambda: num_gpus)
    with initialize_config_dir(str(CONF), version_base="1.3"):
        cfg = compose("train", overrides=overrides, return_hydra_config=True)
    cfg.hydra.mode, cfg.hydra.job.num = RunMode.MULTIRUN, job
    HydraConfig.instance().set_config(cfg)
    assign_gpu(cfg)
    assert cfg.trainer.devices == devices
