import pytest

from mpvss.comparison import plan, run, table_of


def rows_of(comparison, output, program):
    run(plan(comparison, output), program, at_a_time=2)
    return table_of(comparison, output).rows


def test_the_table_has_mean_deviation_and_gap_closed(comparison, tmp_path, program):
    rows = {row["method"]: row for row in rows_of(comparison, tmp_path / "out", program)}
    assert list(rows) == list(comparison.methods)
    assert rows["query_flow"]["mIoU"] == 83  # of 82 and 84
    assert rows["query_flow"]["mIoU_deviation"] == pytest.approx(2**0.5)
    assert rows["query_flow"]["gap_closed_percent"] == 100 * (83 - 71) / (91 - 71)
    assert (rows["copy"]["gap_closed_percent"], rows["per_frame"]["gap_closed_percent"]) == (0, 100)
    assert rows["query_flow"]["mVC8"] is None
    assert rows["copy"]["interval"] == 5
    assert rows["per_frame"]["interval"] == 1


def test_backbones_and_intervals_have_rows_of_their_own(comparison, tmp_path, program):
    methods = {name: comparison.methods[name] for name in ("per_frame", "copy", "query_flow")}
    wide = comparison._replace(methods=methods, seeds=(0,), backbones=("r50", "swin_t"), intervals=(2, 10))
    rows = rows_of(wide, tmp_path / "out", program)
    places = [(row["backbone"], row["method"], row["interval"]) for row in rows]
    assert places == [
        (backbone, *place)
        for backbone in ("r50", "swin_t")
        for place in (("per_frame", 1), ("copy", 2), ("copy", 10), ("query_flow", 2), ("query_flow", 10))
    ]
    assert (rows[3]["mIoU"], rows[4]["mIoU"]) == (85, 77)
    gaps = (100 * (85 - 73) / (90 - 73), 100 * (77 - 65) / (90 - 65))  # each from what copying has at that interval
    assert [row["gap_closed_percent"] for row in rows[3:5]] == pytest.approx(gaps)
