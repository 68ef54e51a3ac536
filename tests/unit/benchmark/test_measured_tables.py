import pytest

from mpvss.benchmark import (
    Costs,
    Measurement,
    PeerComparison,
    Setting,
    Speed,
    Timing,
    cost_table,
    peer_table,
    speed_table,
)

SETTING = Setting("swin_t", "vspw", 124, (480, 853), 5)
COSTS = Costs(47_000_000, 40_000_000, key_macs=int(114e9), non_key_macs=int(21e9), clip_macs=39.6e9)
SPEED = Speed(Timing(0.5, 0.4, 0.7), Timing(0.2, 0.1, 0.3), Timing(0.15, 0.1, 0.2), 0.22, 3 * 2**20)
PEER = PeerComparison(
    {"key frame": Timing(0.5, 0.4, 0.6), "backbone": Timing(0.2, 0.2, 0.2)},
    {"key frame": Timing(1.5, 1.4, 1.6), "backbone": Timing(0.3, 0.3, 0.3)},
    agreement=0.9995,
)
TABLES = (cost_table, speed_table, peer_table)


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


def test_a_peer_is_compared_part_by_part():
    table = peer_table([Measurement(SETTING, peer=PEER)])
    assert [(row["part"], row["ratio"]) for row in table.rows] == [
        ("key frame", pytest.approx(3.0)),
        ("backbone", pytest.approx(1.5)),
    ]
    assert PEER.ratio == pytest.approx(3.0)
    assert "99.950% of the pixels" in table.notes[-1]


@pytest.mark.parametrize("build", TABLES)
def test_what_was_not_measured_gives_no_rows(build):
    assert build([Measurement(SETTING)]).rows == []


@pytest.mark.parametrize("build", TABLES)
def test_every_row_has_a_cell_for_every_column(build):
    table = build([Measurement(SETTING, COSTS, SPEED, PEER)])
    for row in table.rows:
        assert list(row) == [column.key for column in table.columns]
