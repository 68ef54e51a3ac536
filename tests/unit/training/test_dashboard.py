import json

import pytest

from mpvss.training.dashboard import build_report, build_workspace, specification


@pytest.fixture
def workspace():
    return specification(build_workspace("team", "mpvss"))


@pytest.fixture
def report():
    return specification(build_report("team", "mpvss"))


def sections(workspace):
    return {part["name"]: part["panels"] for part in workspace["spec"]["section"]["panelBankConfig"]["sections"]}


def test_runs_are_grouped_by_backbone_and_interval_and_the_best_comes_first(workspace):
    (runs,) = workspace["spec"]["section"]["runSets"]
    assert [key["name"] for key in runs["grouping"]] == ["backbone.value", "interval.value"]
    (order,) = runs["sort"]["keys"]
    assert order == {"key": {"section": "summary", "name": "val/mIoU.max"}, "ascending": False}
    assert {"config:flow.value", "config:data.value", "summary:val/mIoU.max"} <= set(runs["runFeed"]["columnPinned"])


def test_the_workspace_has_a_section_for_each_kind_of_curve(workspace):
    assert list(sections(workspace)) == [
        "Validation", "Pictures", "Losses", "Optimization", "Speed", "Flow pretraining",
    ]  # fmt: skip
    curves = [p["config"] for panels in sections(workspace).values() for p in panels if "Line Plot" in p["viewType"]]
    assert {curve["xAxis"] for curve in curves} == {"trainer/global_step"}
    losses = [panel["config"]["metrics"] for panel in sections(workspace)["Losses"]]
    assert ["train/key_mask", "train/propagated_mask"] in losses
    assert [p["config"]["mediaKeys"] for p in sections(workspace)["Pictures"]] == [
        ["val/pictures"], ["val/flow"], ["val/video"],
    ]  # fmt: skip


def test_the_report_groups_the_runs_of_its_own_project(report):
    assert report["project"] == {"name": "mpvss", "entityName": "team"}
    grids = [block for block in report["spec"]["blocks"] if block["type"] == "panel-grid"]
    assert len(grids) == 3
    for grid in grids:
        (runs,) = grid["metadata"]["runSets"]
        assert [key["name"] for key in runs["grouping"]] == ["backbone.value", "interval.value"]
        assert "project" not in runs


def test_both_are_plain_json(workspace, report):
    for page in (workspace, report):
        assert json.loads(json.dumps(page)) == page
