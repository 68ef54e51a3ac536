"""The tables say how fast pairs are made, and what is waited for."""

import pytest

from mpvss.benchmark.loading import Loading
from mpvss.benchmark.loading_tables import loading_table, stage_table
from mpvss.benchmark.stopwatch import Timing


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
