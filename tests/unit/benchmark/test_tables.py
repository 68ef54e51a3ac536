"""The tables say where the bottleneck is and how long steps take, and keep it apart from what the clock measures."""

import pytest

from mpvss.benchmark import (
    Costs,
    Measurement,
    ReferenceComparison,
    Setting,
    Speed,
    Timing,
    Training,
    cost_table,
    reference_table,
    speed_table,
    step_table,
    training_table,
)
from mpvss.benchmark.loading import Loading
from mpvss.benchmark.training_tables import loading_table, stage_table
from mpvss.training.step_time import StepTime

SETTING = Setting("swin_t", "vspw", 124, (480, 853), 5)
COSTS = Costs(47_000_000, 40_000_000, key_macs=int(114e9), non_key_macs=int(21e9), clip_macs=39.6e9)
SPEED = Speed(Timing(0.5, 0.4, 0.7), Timing(0.2, 0.1, 0.3), Timing(0.15, 0.1, 0.2), 0.22, 3 * 2**20)
REFERENCE = ReferenceComparison(
    {"key frame": Timing(0.5, 0.4, 0.6), "backbone": Timing(0.2, 0.2, 0.2)},
    {"key frame": Timing(1.5, 1.4, 1.6), "backbone": Timing(0.3, 0.3, 0.3)},
    agreement=0.9995,
)
TABLES = (cost_table, speed_table, reference_table)


def test_costs_are_in_millions_and_in_1e9():
    (row,) = cost_table([Measurement(SETTING, COSTS), Measurement(SETTING, speed=SPEED)]).rows
    assert list(row.values()) == [
        "masks", "query_flow", "swin_t", "vspw", 124, "480x853", 5, 47.0, 40.0, 0.0, 87.0, 114.0, 21.0, 39.6,
    ]  # fmt: skip


def test_what_else_a_method_has_counts_for_all_of_it():
    setting = SETTING._replace(propagation="accel", flow="optical_flow", backbone="r101+r50")
    (row,) = cost_table([Measurement(setting, COSTS._replace(other_parameters=3_000_000))]).rows
    assert (row["propagation"], row["flow"], row["backbone"]) == ("accel", "optical_flow", "r101+r50")
    assert (row["other_M"], row["all_M"]) == (3.0, 90.0)


def test_times_are_in_milliseconds_a_frame():
    rows = speed_table([Measurement(SETTING, speed=SPEED)]).rows
    values = [list(row.values())[7:] for row in rows]
    assert [value[0] for value in values] == [
        "key frame", "non-key frame", "non-key frame in a batch of 4", "average of 15 frames, batched",
    ]  # fmt: skip
    assert values[0][1:] == pytest.approx([500, 400, 700, 2.0, None])
    assert values[2][1:] == pytest.approx([150, 100, 200, 1 / 0.15, None])
    assert values[3][1:] == [pytest.approx(220), None, None, pytest.approx(1 / 0.22), 3.0]


def test_at_interval_1_there_is_no_batch_of_non_key_frames():
    setting = SETTING._replace(interval=1)
    rows = speed_table([Measurement(setting, speed=SPEED._replace(peak_bytes=None))]).rows
    assert [row["timed"] for row in rows] == ["key frame", "non-key frame", "average of 15 frames, batched"]
    assert rows[-1]["peak_MiB"] is None


def test_a_reference_is_compared_part_by_part():
    table = reference_table([Measurement(SETTING, reference=REFERENCE)])
    assert [(row["part"], row["ratio"]) for row in table.rows] == [
        ("key frame", pytest.approx(3.0)),
        ("backbone", pytest.approx(1.5)),
    ]
    assert REFERENCE.ratio == pytest.approx(3.0)
    assert "99.950% of the pixels" in table.notes[-1]


@pytest.mark.parametrize("build", TABLES)
def test_what_was_not_measured_gives_no_rows(build):
    assert build([Measurement(SETTING)]).rows == []


@pytest.mark.parametrize("build", TABLES)
def test_every_row_has_a_cell_for_every_column(build):
    table = build([Measurement(SETTING, COSTS, SPEED, REFERENCE)])
    for row in table.rows:
        assert list(row) == [column.key for column in table.columns]


def timing(seconds):
    return Timing(seconds, seconds / 2, 2 * seconds)


def test_rates_are_those_of_the_median_batch():
    table = loading_table([Loading(2, 16, timing(0.5))], timing(0.25))
    (row,) = table.rows
    assert (row["workers"], row["pairs_per_second"], row["frames_per_second"]) == (2, 32, 64)
    assert (row["batch_ms"], row["quartile_1_ms"], row["quartile_3_ms"], row["step_ms"]) == (500, 250, 1000, 250)
    assert table.title == "Batches of 16 pairs"


def test_the_slower_of_data_and_model_is_the_bottleneck():
    loadings = [Loading(workers, 4, timing(seconds)) for workers, seconds in ((0, 0.1), (1, 0.3), (2, 0.15), (4, 0.1))]
    table = loading_table(loadings, timing(0.2))
    # Without workers the model waits for every batch, however fast.
    assert [row["bottleneck"] for row in table.rows] == ["data", "data", "model", "model"]
    assert "With workers=2 or 4 the model is the bottleneck" in table.notes[0]


def test_data_that_never_keep_up_are_named():
    table = loading_table([Loading(0, 4, timing(0.1)), Loading(8, 4, timing(0.3))], timing(0.2))
    assert "The data are the bottleneck" in table.notes[0]


def test_stages_share_the_time_of_a_pair():
    table = stage_table({"read and decode": timing(0.003), "collate": timing(0.001)})
    assert [row["stage"] for row in table.rows] == ["read and decode", "collate"]
    assert [row["median_ms"] for row in table.rows] == pytest.approx([3, 1])
    assert [row["share_percent"] for row in table.rows] == pytest.approx([75, 25])


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
        "- assignment (host)": pytest.approx(8), "backward": pytest.approx(30), "optimizer": pytest.approx(10),
    }  # fmt: skip
    assert sum(shares.values()) - shares["- assignment (host)"] == pytest.approx(100)
    assert rows["matching"]["median_ms"] == pytest.approx(300)
    assert [column.key for column in table.columns] == list(table.rows[0])
