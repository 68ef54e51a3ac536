import pytest

from mpvss.benchmark import Costs, Measurement, Setting, Speed, Timing, check_paper_table, paper_table

VSPW, CITYSCAPES = ("vspw", 124, (480, 853), 5), ("cityscapes", 19, (1024, 2048), 5)
SWIN_T = Setting("swin_t", *VSPW)
COSTS = Costs(47_400_000, 40_000_000, key_macs=int(120e9), non_key_macs=int(20e9), clip_macs=40e9)
FLAT = Timing(0.5, 0.5, 0.5)


def measured(backbone="swin_t", place=VSPW, costs=COSTS, speed=None, method=("masks", "query_flow")):
    return Measurement(Setting(backbone, *place, *method), costs, speed)


def test_table_f_has_a_row_for_every_key_frame_and_one_non_key_row_for_every_data_set():
    table = paper_table("f", [measured(), measured("r50"), measured("r50", CITYSCAPES)])
    rows = [tuple(row.values())[:6] for row in table.rows]
    assert rows == [
        ("vspw", "480x853", "key", "Swin-T", 120.0, 114.4),
        ("vspw", "480x853", "key", "R50", 120.0, 110.6),
        ("vspw", "480x853", "non-key", "any", 20.0, 21.0),
        ("cityscapes", "1024x2048", "key", "R50", 120.0, 529.9),
        ("cityscapes", "1024x2048", "non-key", "any", 20.0, 84.0),
    ]
    assert table.rows[2]["GMACs_difference_percent"] == pytest.approx(100 * (20 - 21) / 21)


def test_non_key_frames_that_differ_by_backbone_get_rows_of_their_own():
    other = measured("r50", costs=COSTS._replace(non_key_macs=int(21e9)))
    table = paper_table("f", [measured(), measured("swin_s"), other])
    assert [(row["backbone"], row["GMACs"]) for row in table.rows[3:]] == [("Swin-T, Swin-S", 20.0), ("R50", 21.0)]


def test_table_1_shows_both_methods_with_the_printed_parameters_and_the_sum_that_they_should_be():
    per_frame, ours = paper_table("1", [measured()]).rows
    assert (per_frame["method"], per_frame["GMACs"], per_frame["parameters_M"]) == ("Mask2Former", 120.0, 47.4)
    assert (per_frame["paper_GMACs"], per_frame["paper_parameters_M"]) == (114.4, 47.4)
    assert (ours["method"], ours["GMACs"], ours["paper_GMACs"]) == ("MPVSS", 40.0, 39.7)
    assert (ours["parameters_M"], ours["paper_parameters_M"]) == (pytest.approx(87.4), 114.0)
    assert ours["paper_sum_of_parts_M"] == pytest.approx(47.4 + 40.08)
    assert "fps" not in ours


def test_table_2_gives_frames_per_second_where_they_were_measured():
    speed = Speed(key=FLAT, non_key=FLAT, non_key_batched=FLAT, clip_seconds=0.25, peak_bytes=None)
    table = paper_table("2", [measured("swin_l", CITYSCAPES, speed=speed)])
    assert [(row["fps"], row["paper_fps"]) for row in table.rows] == [(2.0, 2.11), (4.0, 7.24)]
    assert {column.key for column in table.columns} == set(table.rows[0])


def test_table_2_shows_methods_with_two_segmentors_between_the_papers_two():
    accel = COSTS._replace(other_parameters=50_000_000, clip_macs=600e9)
    table = paper_table(
        "2",
        [
            measured("r101", CITYSCAPES),
            measured("swin_b+swin_t", CITYSCAPES, accel, method=("accel", "optical_flow")),
            measured("r101", CITYSCAPES, method=("dff", "optical_flow")),
        ],
    )
    keys = ("method", "backbone", "GMACs", "paper_GMACs", "parameters_M", "paper_parameters_M", "paper_sum_of_parts_M")
    assert [tuple(row[key] for key in keys) for row in table.rows] == [
        ("Mask2Former", "R101", 120.0, 685.5, 47.4, 63.0, 63.0),
        ("Mask2Former-DFF", "R101", 40.0, 457.4, pytest.approx(87.4), 101.7, pytest.approx(63.0 + 38.68)),
        ("Mask2Former-Accel", "Swin-B+Swin-T", 600.0, 680.1, 137.4, 193.1, pytest.approx(107.0 + 47.4 + 38.68)),
        ("MPVSS", "R101", 40.0, 204.3, pytest.approx(87.4), 103.1, pytest.approx(63.0 + 40.08)),
    ]


def test_table_h_compares_non_key_frames_by_direction_and_flow():
    methods = [("masks", "optical_flow"), ("bidirectional", "optical_flow"), ("masks", "query_flow")]
    table = paper_table("h", [measured("swin_b", CITYSCAPES, method=method) for method in methods])
    assert [tuple(row.values())[:5] for row in table.rows] == [
        ("masks", "optical_flow", "Swin-B", 20.0, 47.3),
        ("bidirectional", "optical_flow", "Swin-B", 20.0, 89.6),
        ("masks", "query_flow", "Swin-B", 20.0, 84.7),
    ]


def test_table_3b_shows_what_is_used_and_what_the_paper_counts_with_it():
    flows = ("optical_flow", "query_for_pf")
    costs = [COSTS._replace(flow_parameters=number) for number in (38_000_000, 38_967_632)]
    table = paper_table("3b", [measured(costs=c, method=("masks", f)) for c, f in zip(costs, flows, strict=True)])
    optical, shared = ([row[key] for key in ("used_M", "parameters_M", "paper_parameters_M")] for row in table.rows)
    assert optical == [38.0, 38.0, 38.68]
    assert shared == [pytest.approx(38.967632), pytest.approx(40.085146), 40.08]  # with the head: query_flow's number


@pytest.mark.parametrize(
    ("name", "setting", "message"),
    [
        ("3a", SWIN_T, "table must be one of f, 1, 2, h, 3b, or null"),
        ("f", SWIN_T._replace(backbone="tiny"), "backbone r50, r101, swin_t, swin_s, swin_b, swin_l; got tiny"),
        ("1", SWIN_T._replace(data="cityscapes"), "data vspw; got cityscapes"),
        ("f", SWIN_T._replace(size=(97, 161)), "frame size 480x853; got 97x161"),
        ("1", SWIN_T._replace(interval=3), "interval 5; got 3"),
        ("1", SWIN_T._replace(propagation="dff", flow="raft"), "propagation masks with query_flow; got dff with raft"),
        (
            "2",
            Setting("swin_t", *CITYSCAPES, "dff", "optical_flow"),
            "table 2 for backbone r101, swin_b; got swin_t",
        ),
    ],
)
def test_what_the_paper_does_not_print_is_refused(name, setting, message):
    with pytest.raises(ValueError, match=message):
        check_paper_table(name, [setting], ["costs"])


def test_a_comparison_needs_costs():
    with pytest.raises(ValueError, match=r"Set measure=\[costs\]"):
        check_paper_table("f", [SWIN_T], ["speed"])
    with pytest.raises(ValueError, match=r"Set measure=\[costs\]"):
        paper_table("f", [measured(costs=None)])
