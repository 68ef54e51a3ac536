import pytest

from mpvss.report import DataSplit, summaries
from mpvss.report.class_differences import class_differences
from mpvss.report.tables import (
    class_difference_table,
    costs_beside_paper,
    drift_table,
    interval_table,
    run_table,
    scores_beside_paper,
)

VSPW = DataSplit("vspw", "val")


@pytest.fixture
def found(study):
    return summaries(study)[VSPW]


def row(table, **labels):
    (match,) = [row for row in table.rows if labels.items() <= row.items()]
    return match


def keys(table):
    return [column.key for column in table.columns]


def test_scores_stand_beside_their_deviation_and_the_papers(found):
    table = scores_beside_paper(VSPW, found)
    assert keys(table) == [
        "backbone", "method", "interval", "seeds", "mIoU", "mIoU_deviation", "paper_mIoU", "WIoU", "WIoU_deviation",
        "paper_WIoU",
    ]  # fmt: skip
    ours = row(table, backbone="Swin-T", method="query_flow", interval=5)
    assert ours["mIoU"] == pytest.approx(41.5)  # 41 and 42
    assert ours["mIoU_deviation"] == pytest.approx(0.5**0.5)
    assert (ours["seeds"], ours["paper_mIoU"], ours["paper_WIoU"]) == (2, 39.9, 62.0)
    small = row(table, backbone="tiny", method="query_flow", interval=5)
    assert (small["seeds"], small["mIoU_deviation"], small["paper_mIoU"]) == (1, None, None)


def test_on_other_data_there_are_no_columns_of_the_paper(found):
    assert not [key for key in keys(scores_beside_paper(DataSplit("camvid", "val"), found)) if key.startswith("paper")]


def test_costs_stand_beside_the_papers(found):
    ours = row(costs_beside_paper(VSPW, found), backbone="Swin-T", method="query_flow", interval=5)
    assert ours["GMACs"] == pytest.approx((114.4 + 4 * 21.2) / 5)
    assert (ours["paper_GMACs"], ours["key_GMACs"], ours["parameters_M"]) == (39.7, 114.4, 87.52)


def test_the_loss_from_interval_2_to_10_stands_beside_the_papers(found):
    table = interval_table(VSPW, found, "mIoU")
    ours = row(table, backbone="Swin-T", method="query_flow")
    assert [ours[f"interval_{i}"] for i in (1, 2, 5, 10)] == [None, *map(pytest.approx, (42.1, 41.5, 40.5))]
    assert (ours["drop"], ours["paper_drop"]) == (pytest.approx(1.6), 1.1)
    assert row(table, backbone="tiny", method="per_frame")["drop"] is None
    short = interval_table(VSPW, [summary for summary in found if summary.interval != 10], "mIoU")
    assert "drop" not in keys(short)


def test_drift_is_shown_at_the_largest_interval_and_not_of_methods_without(found):
    table = drift_table(found)
    assert {(r["method"], r["interval"]) for r in table.rows} == {("query_flow", 10), ("optical_flow", 10)}
    assert keys(table)[-1] == "distance_9"
    assert row(table, backbone="tiny", method="query_flow")["distance_9"] == 40.0


def test_classes_come_with_both_scores(found):
    table = class_difference_table(VSPW, class_differences(found, None)[0])
    assert table.rows[0] == {"class": "road", "method": 68.0, "rival": 65.0, "gain": 3.0}
    assert table.notes == ("query_flow is better than optical_flow in 1 of 3 classes.",)


def test_every_evaluation_is_named_with_its_command_and_commit(study):
    assert [r["command"] for r in run_table(study).rows] == ["python src/eval.py"] * 3
    assert run_table(study).rows[0]["code_version"] == "abc"
