import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TINY = (
    "backbone=tiny", "num_classes=4", "height=33", "width=65", "interval=3", "device=cpu", "segmentor.num_queries=5",
    "segmentor.dim=32", "segmentor.num_heads=2", "segmentor.encoder_layers=1", "segmentor.decoder_layers=1",
)  # fmt: skip
ONE_MAP = ("query_for_pf", "optical_flow", "raft", "copy")
MAP_PER_SEGMENT = ("query_flow", "query_learned", "query_random")
METHODS = [
    ("per_frame", "copy"),
    *((propagation, flow) for propagation in ("masks", "bidirectional") for flow in (*ONE_MAP, *MAP_PER_SEGMENT)),
    *((propagation, flow) for propagation in ("dff", "accel") for flow in ONE_MAP),
]
NAMES = ("r50", "r101", "swin_t", "swin_s", "swin_b", "swin_l")


def run_benchmark(*overrides, folder):
    command = [sys.executable, ROOT / "src" / "benchmark.py", *overrides, f"hydra.run.dir={folder}"]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)


def test_table_f_and_all_parameter_counts_are_the_papers(tmp_path):
    run = run_benchmark("cost=table_f", folder=tmp_path)
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
    assert "multiply-accumulates" in json.loads((tmp_path / "benchmark.json").read_text())["counted"]
    assert "1 GMAC = 1e9 multiply-accumulates" in run.stdout


def test_one_configuration_is_counted_and_timed(tmp_path):
    overrides = ("backbone=tiny", "num_classes=6", "height=45", "width=67", "interval=3", "repeats=1", "warmup=0")
    run = run_benchmark(*overrides, "device=cpu", "threads=1", folder=tmp_path)
    assert run.returncode == 0, run.stderr
    tables = json.loads((tmp_path / "benchmark.json").read_text())["tables"]
    (costs,) = tables["costs"]["rows"]
    assert (costs["backbone"], costs["classes"], costs["frame"], costs["interval"]) == ("tiny", 6, "45x67", 3)
    assert [row["timed"] for row in tables["speed"]["rows"]][2] == "non-key frame in a batch of 2"


def test_what_cannot_be_benchmarked_is_refused_by_name(run_here):
    answer = run_here("benchmark.py", "what=weather")
    assert answer.status == 1
    assert "what must be one of model" in answer.err
    assert "got weather" in answer.err


def listed(methods):
    """Overrides that list methods, narrow ones: Accel's second backbone is tiny, too, and RAFT updates once."""
    for propagation, flow in methods:
        place = f"methods.{propagation}_{flow}"
        yield from (f"+propagation@{place}.propagation={propagation}", f"+flow@{place}.flow={flow}")
        if propagation == "accel":
            yield f"backbone@{place}.propagation.update_segmentor.backbone=tiny"
        if flow == "raft":
            yield from (f"{place}.flow.size=small", f"{place}.flow.num_updates=1")
        if flow.startswith("query"):
            yield f"{place}.flow.num_stages=1"
    yield from ("flow_widths.encoder_channels=[8,8,8,8,8,8]", "flow_widths.step_channels=[8,8,8,8]")
    yield "flow_widths.flownet_step_channels=[8,8,8,8]"


def tables(tmp_path):
    content = json.loads((tmp_path / "out" / "benchmark.json").read_text())["tables"]
    return {name: table["rows"] for name, table in content.items()}


def test_every_combination_that_makes_sense_is_counted_by_the_same_command(run_here, tmp_path):
    answer = run_here("benchmark.py", *TINY, "measure=[costs]", *listed(METHODS))
    assert answer.status == 0, answer.err
    rows = tables(tmp_path)["costs"]
    flows = [(propagation, None if propagation == "per_frame" else flow) for propagation, flow in METHODS]
    assert [(row["propagation"], row["flow"]) for row in rows] == flows
    costs = {(row["propagation"], row["flow"]): row for row in rows}
    for row in rows:
        assert row["backbone"] == ("tiny+tiny" if row["propagation"] == "accel" else "tiny")
        assert row["all_M"] == pytest.approx(row["segmentor_M"] + row["flow_M"] + row["other_M"])
        assert (row["other_M"] > row["segmentor_M"]) == (row["propagation"] == "accel")
        assert row["clip_GMACs"] == pytest.approx((5 * row["key_GMACs"] + 10 * row["non_key_GMACs"]) / 15)
    for flow in (*ONE_MAP, *MAP_PER_SEGMENT):
        one, both = (costs[propagation, flow]["non_key_GMACs"] for propagation in ("masks", "bidirectional"))
        assert one < both < 2 * one
    assert costs["per_frame", None]["non_key_GMACs"] == costs["per_frame", None]["key_GMACs"]


def test_every_way_to_propagate_is_timed(run_here, tmp_path):
    names = ("masks", "bidirectional", "dff", "accel", "per_frame")
    methods = listed((name, "optical_flow") for name in names)
    answer = run_here("benchmark.py", *TINY, "measure=[speed]", "repeats=1", "warmup=0", *methods)
    assert answer.status == 0, answer.err
    rows = tables(tmp_path)["speed"]
    assert [row["propagation"] for row in rows if row["timed"] == "key frame"] == list(names)
    assert all(row["median_ms"] > 0 for row in rows)


@pytest.mark.parametrize("propagation", ["dff", "accel"])
@pytest.mark.parametrize("flow", MAP_PER_SEGMENT)
def test_what_belongs_to_no_segment_is_not_moved_by_segments_flow(run_here, tmp_path, propagation, flow):
    answer = run_here("benchmark.py", *TINY, f"propagation={propagation}", f"flow={flow}")
    assert answer.status == 1
    assert f"propagation={propagation} warps" in answer.err
    assert "belong to no segment" in answer.err
    assert "Choose flow=optical_flow" in answer.err
    assert not (tmp_path / "out" / "benchmark.json").exists()


def test_a_method_cannot_name_a_backbone_that_is_not_listed(run_here):
    answer = run_here("benchmark.py", "cost=table_2", "methods.dff.backbones=[mobilenetv2]")
    assert answer.status == 1
    assert "swin_l; got mobilenetv2. Add it to backbones" in answer.err


@pytest.mark.parametrize(
    ("overrides", "table", "num_rows", "within"),
    [
        (("table_h",), "table_h_cost", 3, {"GMACs": 2}),
        pytest.param(
            ("table_2", "~methods.mpvss"), "table_2_cost", 4, {"GMACs": 5, "parameters_M": 1},
            marks=pytest.mark.slow,
        ),
        pytest.param(
            ("table_3b",), "table_3b_cost", 5, {"parameters_M": 0.5},
            marks=pytest.mark.slow,
        ),
    ],
)  # fmt: skip
def test_what_the_paper_compares_with_costs_what_it_prints(run_here, tmp_path, overrides, table, num_rows, within):
    answer = run_here("benchmark.py", f"cost={overrides[0]}", *overrides[1:])
    assert answer.status == 0, answer.err
    rows = tables(tmp_path)[table]
    assert len(rows) == num_rows
    for row in rows:
        for key, percent in within.items():
            assert abs(row[f"{key}_difference_percent"]) < percent, row
