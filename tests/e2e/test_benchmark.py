import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAMES = ("r50", "r101", "swin_t", "swin_s", "swin_b", "swin_l")


def run_benchmark(*overrides, folder):
    command = [sys.executable, ROOT / "src" / "benchmark.py", *overrides, f"hydra.run.dir={folder}"]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)


def test_table_f_and_all_parameter_counts_are_the_papers(tmp_path):
    run = run_benchmark("experiment=table_f", folder=tmp_path)
    assert run.returncode == 0, run.stderr
    with open(tmp_path / "table_f.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 12 + 2
    assert all(abs(float(row["GMACs_difference_percent"])) < 1.5 for row in rows)
    with open(tmp_path / "costs.csv", newline="") as file:
        costs = {(row["data"], row["backbone"]): row for row in csv.DictReader(file)}
    printed = dict(zip(NAMES, (44.0, 63.0, 47.4, 68.9, 107.1, 215.1), strict=True))
    whole = dict(zip(NAMES, (84.12, 103.11, 87.52, 108.84, 147.00, 255.57), strict=True))
    for name in NAMES:
        row = costs["vspw", name]
        assert float(row["segmentor_M"]) == pytest.approx(printed[name], rel=0.005)
        assert float(row["flow_M"]) == pytest.approx(40.085, abs=0.001)
        assert float(row["all_M"]) == pytest.approx(whole[name], abs=0.01)
    assert "multiply-accumulates" in json.loads((tmp_path / "results.json").read_text())["counted"]
    assert "1 GMAC = 1e9 multiply-accumulates" in run.stdout


def test_one_configuration_is_counted_and_timed(tmp_path):
    overrides = ("backbone=tiny", "num_classes=6", "height=45", "width=67", "interval=3", "repeats=1", "warmup=0")
    run = run_benchmark(*overrides, "device=cpu", "threads=1", folder=tmp_path)
    assert run.returncode == 0, run.stderr
    tables = json.loads((tmp_path / "results.json").read_text())["tables"]
    (costs,) = tables["costs"]["rows"]
    assert (costs["backbone"], costs["classes"], costs["frame"], costs["interval"]) == ("tiny", 6, "45x67", 3)
    assert [row["timed"] for row in tables["speed"]["rows"]][2] == "non-key frame in a batch of 2"


def test_what_cannot_be_benchmarked_is_refused_by_name(run_here):
    answer = run_here("benchmark.py", "what=weather")
    assert answer.status == 1
    assert "what must be one of model" in answer.err
    assert "got weather" in answer.err
