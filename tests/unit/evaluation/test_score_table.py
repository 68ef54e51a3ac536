import csv
from concurrent.futures import ThreadPoolExecutor

import pytest

from mpvss.evaluation import append_rows, check_table, score_table
from mpvss.evaluation.record import MethodResult, ResultRecord

RESULT = MethodResult(
    method="copy", backbone="tiny", flow="copy", propagation="masks", interval=5, checkpoint=None,
    checkpoint_sha256=None, scores={"mIoU": 61.25, "mVC4": 90.0}, class_iou={}, drift={0: 70.0}, key_gmacs=2.0,
    non_key_gmacs=1.0, gmacs=1.2, parameters=3, frames_per_second=4.5,
)  # fmt: skip


def record(*intervals, data="noise"):
    return ResultRecord(
        data=data, split="val", num_videos=2, num_frames=7, seed=0, created="now", command="eval.py",
        code_version=None, environment={}, config={},
        results=tuple(RESULT._replace(interval=interval) for interval in intervals),
    )  # fmt: skip


def rows_of(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_rows_hold_what_a_sweep_compares(tmp_path):
    append_rows(tmp_path / "new" / "table.csv", record(2, 5), "run")
    append_rows(tmp_path / "new" / "table.csv", record(1), "other")
    rows = rows_of(tmp_path / "new" / "table.csv")
    assert [(row["interval"], row["run"]) for row in rows] == [("2", "run"), ("5", "run"), ("1", "other")]
    assert (rows[0]["mIoU"], rows[0]["WIoU"], rows[0]["backbone"], rows[0]["gmacs"]) == ("61.25", "", "tiny", "1.2")


def test_jobs_that_append_at_once_lose_nothing(tmp_path):
    path = tmp_path / "table.csv"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda index: append_rows(path, record(index, 100 + index), "run"), range(1, 25)))
    assert sorted(int(row["interval"]) for row in rows_of(path)) == [*range(1, 25), *range(101, 125)]


def test_a_table_of_other_columns_is_refused_and_kept(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("a,b\n1,2\n")
    for use in (lambda: check_table(path), lambda: append_rows(path, record(1), "run")):
        with pytest.raises(ValueError, match=r"got a, b. Move it away, or name another table=FILE"):
            use()
    assert path.read_text() == "a,b\n1,2\n"


def test_the_printed_table_has_a_column_for_each_score_that_there_is():
    table = score_table(record(2, 5))
    assert [column.key for column in table.columns] == [
        "method", "interval", "mIoU", "mVC4", "gmacs", "frames_per_second"
    ]  # fmt: skip
    assert [(row["interval"], row["mVC4"]) for row in table.rows] == [(2, 90.0), (5, 90.0)]
    assert table.title == "noise, val: 2 videos, 7 frames"
