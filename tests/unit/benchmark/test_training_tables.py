"""The tables say how long training steps take, and what of them is what."""

import pytest

from mpvss.benchmark import Training, step_table, training_table
from mpvss.step_time import StepTime

STEPS = [
    StepTime(16, data_wait=0.1, forward=0.3, matching=0.2, assignment=0.1, backward=0.3, optimizer=0.1),
    StepTime(16, data_wait=0.0, forward=0.8, matching=0.4, assignment=0.2, backward=0.6, optimizer=0.2),
    StepTime(16, data_wait=0.5, forward=0.4, matching=0.3, assignment=0.1, backward=0.6, optimizer=0.2),
]
TRAINING = Training("r50", "joint", "random", (480, 853), "bf16-mixed", True, 8, STEPS, 3 * 2**30)


def test_the_rate_is_that_of_the_median_step():
    table = training_table(TRAINING)
    (row,) = table.rows
    assert row["step_ms"] == pytest.approx(2000)  # of 1000, 2000 and 2000
    assert (row["quartile_1_ms"], row["quartile_3_ms"]) == (pytest.approx(1500), pytest.approx(2000))
    assert row["pairs_per_second"] == pytest.approx(8)
    assert (row["step_pairs"], row["batch_pairs"], row["frame"], row["peak_MiB"]) == (16, 8, "480x853", 3072)
    assert row["activations"] == "recomputed"
    assert [column.key for column in table.columns] == list(row)


def test_memory_that_is_unknown_stays_so():
    assert training_table(TRAINING._replace(peak_bytes=None)).rows[0]["peak_MiB"] is None


def test_the_parts_share_the_time_of_all_steps():
    table = step_table(TRAINING)
    rows = {row["part"]: row for row in table.rows}
    shares = {part: row["share_percent"] for part, row in rows.items()}
    assert shares == {
        "data wait": pytest.approx(12), "forward, without matching": pytest.approx(30), "matching": pytest.approx(18),
        "of it assignment on the host": pytest.approx(8), "backward": pytest.approx(30), "optimizer": pytest.approx(10),
    }  # fmt: skip
    assert sum(shares.values()) - shares["of it assignment on the host"] == pytest.approx(100)
    assert rows["matching"]["median_ms"] == pytest.approx(300)
    assert [column.key for column in table.columns] == list(table.rows[0])
