"""The costs of single frames, Tables F and H."""

from collections.abc import Iterator, Sequence

from mpvss.benchmark.comparison_columns import COUNTING, beside, compared
from mpvss.benchmark.measurement import Measurement
from mpvss.benchmark.published import BACKBONES, TABLE_F_KEY, TABLE_F_NON_KEY, TABLE_H_NON_KEY
from mpvss.table import Cell, Column, Table

_TWO_FLOWS = (
    "Bi-directional: flow and warp twice, class aggregation once, over as many segments as there are queries. What the "
    "paper prints as 84.7 for query-based flow here is 84.0 in Table F."
)


def table_f(measurements: Sequence[Measurement]) -> Table:
    """Lay out key and non-key frames of each data set."""
    columns = (
        Column("data", "data"),
        Column("frame", "frame"),
        Column("kind", "kind"),
        Column("backbone", "backbone"),
        *compared("GMACs", "GMACs"),
    )
    rows = [
        row
        for data in dict.fromkeys(m.setting.data for m in measurements)
        for row in _frames([m for m in measurements if m.setting.data == data])
    ]
    return Table("table_f", "Table F: multiply-accumulates a frame", columns, rows, (COUNTING,))


def table_h(measurements: Sequence[Measurement]) -> Table:
    """Lay out non-key frames by flow and direction."""
    columns = (
        Column("propagation", "propagation"),
        Column("flow", "flow"),
        Column("backbone", "backbone"),
        *compared("GMACs", "GMACs"),
    )
    rows = []
    for setting, costs, *_ in measurements:
        assert costs is not None  # paper_table has checked it
        assert setting.flow is not None  # the same
        rows.append(
            {
                "propagation": setting.propagation,
                "flow": setting.flow,
                "backbone": BACKBONES[setting.backbone],
                **beside("GMACs", costs.non_key_macs / 1e9, TABLE_H_NON_KEY[setting.propagation, setting.flow]),
            }
        )
    title = "Table H, costs: multiply-accumulates a non-key frame, Cityscapes"
    return Table("table_h_cost", title, columns, rows, (COUNTING, _TWO_FLOWS))


def _frames(of_one_data_set: Sequence[Measurement]) -> Iterator[dict[str, Cell]]:
    non_key: dict[int, list[str]] = {}  # one entry, unless a flow module's cost depends on the backbone
    for setting, costs, *_ in of_one_data_set:
        assert costs is not None  # paper_table has checked it
        backbone = BACKBONES[setting.backbone]
        labels: dict[str, Cell] = {"data": setting.data, "frame": setting.frame, "kind": "key", "backbone": backbone}
        yield labels | beside("GMACs", costs.key_macs / 1e9, TABLE_F_KEY[setting.data][setting.backbone])
        non_key.setdefault(costs.non_key_macs, []).append(backbone)
    for macs, backbones in non_key.items():
        labels |= {"kind": "non-key", "backbone": ", ".join(backbones) if len(non_key) > 1 else "any"}
        yield labels | beside("GMACs", macs / 1e9, TABLE_F_NON_KEY[setting.data])
