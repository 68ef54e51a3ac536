"""Loading and training are timed on the configured data and model."""

import json
from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir
from hydra.core.hydra_config import HydraConfig

from mpvss.commands.benchmark_training import benchmark_data

CONF = Path(__file__).parents[2] / "conf"
SMALL = ("data.height=48", "data.width=72", "data.batch_size=2", "repeats=2", "warmup=0", "device=cpu", "threads=1")


def configured(folder, *overrides):
    with initialize_config_dir(str(CONF), version_base="1.3"):
        cfg = compose("benchmark", ["experiment=demo", *SMALL, *overrides], return_hydra_config=True)
    cfg.hydra.runtime.output_dir = str(folder)
    HydraConfig.instance().set_config(cfg)
    return cfg


def test_pairs_and_steps_are_timed_and_stored(tmp_path):
    loading, stages = benchmark_data(configured(tmp_path, "workers=[0,1]"))
    assert [row["workers"] for row in loading.rows] == [0, 1]
    assert all(row["pairs_per_second"] > 0 and row["step_ms"] > 0 for row in loading.rows)
    assert [row["stage"] for row in stages.rows] == ["read and decode", "collate"]  # made-up video is not augmented
    stored = json.loads((tmp_path / "benchmark.json").read_text())["tables"]
    assert stored["data_loading"]["rows"] == loading.rows
    assert (tmp_path / "data_stages.csv").is_file()


def test_no_number_of_workers_is_refused(tmp_path):
    with pytest.raises(ValueError, match="workers must list"):
        benchmark_data(configured(tmp_path, "workers=[]"))
