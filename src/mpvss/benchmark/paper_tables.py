"""What was measured, beside what the paper prints: Tables 1, 2, 3b, F and H."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

import torch

from mpvss.benchmark.measurement import Measurement, Setting
from mpvss.flow import FlowHead
from mpvss.output.table import Cell, Column, Table
from mpvss.report.paper import (
    BACKBONES,
    TABLE_1,
    TABLE_2,
    TABLE_3B,
    TABLE_F_KEY,
    TABLE_F_NON_KEY,
    TABLE_H_NON_KEY,
    MethodCosts,
)

_UNUSED = (
    "Query-for-PF moves all masks by one shared flow: the head that gives each query a flow of its own has no part in "
    "it, and ours does not have one. The paper counts it, as the second column does."
)


def table_3b(measurements: Sequence[Measurement]) -> Table:
    """Lay out the flow modules of Table 3b."""
    with torch.device("meta"):
        unused = {"query_for_pf": sum(parameter.numel() for parameter in FlowHead().parameters())}
    columns = (
        Column("flow", "flow"),
        Column("used_M", "used M", ".3f"),
        *compared("parameters_M", "with the unused M", ".2f"),
    )
    rows: list[dict[str, Cell]] = []
    for setting, costs, *_ in measurements:
        flow = setting.flow
        assert costs is not None  # paper_table has checked it
        assert flow is not None  # the same
        used = costs.flow_parameters
        counted = (used + unused.get(flow, 0)) / 1e6
        rows.append({"flow": flow, "used_M": used / 1e6, **beside("parameters_M", counted, TABLE_3B[flow])})
    return Table("table_3b_cost", "Table 3b, costs: parameters of the flow module", columns, rows, (_UNUSED,))


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


_SUM_OF_PARTS = (
    "Sum of parts: what the paper prints for Mask2Former with each backbone, plus 40.08 M of its flow module or "
    "38.68 M of FlowNetS (Table 3b). What it prints for MPVSS with Swin-T (114.0) and Swin-S (108.0) is not that sum."
)
_FPS = "Frames per second here and on the paper's V100 compare methods on one machine, not the machines."


def table_1(measurements: Sequence[Measurement]) -> Table:
    """Lay out the costs of Table 1."""
    return _methods("table_1_cost", "Table 1, costs: VSPW, interval 5", TABLE_1, measurements)


def table_2(measurements: Sequence[Measurement]) -> Table:
    """Lay out the costs of Table 2."""
    return _methods("table_2_cost", "Table 2, costs: Cityscapes, interval 5", TABLE_2, measurements)


def _methods(
    name: str, title: str, printed: Mapping[str, Mapping[str, MethodCosts]], measurements: Sequence[Measurement]
) -> Table:
    rows = [
        _row(method, printed, measurement)
        for method in _METHODS
        for measurement in measurements
        if measurement.setting.propagation == method.propagation
    ]
    columns = (
        Column("method", "method"),
        Column("backbone", "backbone"),
        *compared("GMACs", "GMACs"),
        *compared("parameters_M", "params M"),
        Column("paper_sum_of_parts_M", "paper's sum of parts", ".2f"),
    )
    if all(m.speed is None for m in measurements):
        return Table(name, title, columns, rows, (COUNTING, _SUM_OF_PARTS))
    columns += (Column("fps", "frames/s", ".2f"), Column("paper_fps", "paper, V100", ".2f"))
    return Table(name, title, columns, rows, (COUNTING, _SUM_OF_PARTS, _FPS))


def _every_frame_a_key_frame(measurement: Measurement) -> MethodCosts:
    _, costs, speed, *_ = measurement
    assert costs is not None  # paper_table has checked it
    return MethodCosts(costs.key_macs / 1e9, costs.segmentor_parameters / 1e6, speed and 1 / speed.key.median)


def _clip(measurement: Measurement) -> MethodCosts:
    _, costs, speed, *_ = measurement
    assert costs is not None  # paper_table has checked it
    return MethodCosts(costs.clip_macs / 1e9, costs.parameters / 1e6, speed and 1 / speed.clip_seconds)


class _Method(NamedTuple):
    """A method of the tables: its name, how masks are propagated to measure it, its costs, and its flow, if any."""

    name: str
    propagation: str
    costs: Callable[[Measurement], MethodCosts]
    flow: str | None


_METHODS = (
    _Method("Mask2Former", "masks", _every_frame_a_key_frame, None),
    _Method("Mask2Former-DFF", "dff", _clip, "optical_flow"),
    _Method("Mask2Former-Accel", "accel", _clip, "optical_flow"),
    _Method("MPVSS", "masks", _clip, "query_flow"),
)


def _row(
    method: _Method, printed: Mapping[str, Mapping[str, MethodCosts]], measurement: Measurement
) -> dict[str, Cell]:
    backbone = measurement.setting.backbone
    parts = backbone.split("+")
    ours, theirs = method.costs(measurement), printed[method.name][backbone]
    segmentors = sum(printed["Mask2Former"][part].parameters for part in parts)
    return {
        "method": method.name,
        "backbone": "+".join(BACKBONES[part] for part in parts),
        **beside("GMACs", ours.gmacs, theirs.gmacs),
        **beside("parameters_M", ours.parameters, theirs.parameters),
        "paper_sum_of_parts_M": segmentors + (0 if method.flow is None else TABLE_3B[method.flow]),
        **({} if measurement.speed is None else {"fps": ours.fps, "paper_fps": theirs.fps}),
    }


COUNTING = "Counted as the table of costs says."
"""Note below a table of costs."""


def compared(key: str, head: str, printed: str = ".1f") -> tuple[Column, ...]:
    """Return the three columns; `printed` is the format of the paper's numbers."""
    return (
        Column(key, head, ".2f"),
        Column(f"paper_{key}", "paper", printed),
        Column(f"{key}_difference_percent", "diff. %", "+.2f"),
    )


def beside(key: str, ours: float, paper: float) -> dict[str, Cell]:
    """Return the three cells; the difference is in percent of the printed number."""
    return {key: ours, f"paper_{key}": paper, f"{key}_difference_percent": 100 * (ours / paper - 1)}


_INTERVAL = 5
_VSPW, _CITYSCAPES = {"vspw": "480x853"}, {"cityscapes": "1024x2048"}
_OURS = {("masks", "query_flow"): tuple(BACKBONES)}
_DFF_AND_ACCEL = {
    ("dff", "optical_flow"): tuple(TABLE_2["Mask2Former-DFF"]),
    ("accel", "optical_flow"): tuple(TABLE_2["Mask2Former-Accel"]),
}


def paper_table(name: str, measurements: Sequence[Measurement]) -> Table:
    """Lay out ours beside the paper's, with the relative difference.

    Args:
        name: ``f`` for Table F, ``1``, ``2``, ``h`` or ``3b`` for what Tables 1, 2, H and 3b say of costs.
        measurements: of settings that the table has, with costs; those with speed give frames per second too.

    Returns:
        The table; differences are in percent of the printed number.

    Raises:
        ValueError: if there is no such table, the paper prints nothing for a setting, or costs were not counted.
    """
    check_paper_table(name, [m.setting for m in measurements], ["costs"] if all(m.costs for m in measurements) else [])
    return _LAYOUTS[name].build(measurements)


def check_paper_table(name: str, settings: Sequence[Setting], what: Collection[str]) -> None:
    """Refuse what :func:`paper_table` cannot lay out, before anything is measured.

    Args:
        name: of the table.
        settings: that will be measured.
        what: will be measured of them.

    Raises:
        ValueError: as :func:`paper_table`.
    """
    if name not in _LAYOUTS:
        raise ValueError(f"table must be one of {', '.join(_LAYOUTS)}, or null to compare nothing; got {name}.")
    if "costs" not in what:
        raise ValueError(f"table={name} compares costs, and measure does not list them. Set measure=[costs].")
    for setting in settings:
        _check_setting(name, _LAYOUTS[name], setting)


def _check_setting(name: str, layout: "_Layout", setting: Setting) -> None:
    method = f"{setting.propagation} with {setting.flow}"
    methods = {f"{propagation} with {flow}": backbones for (propagation, flow), backbones in layout.methods.items()}
    known: list[tuple[str, object, Sequence[object]]] = [
        ("propagation", method, tuple(methods)),
        ("backbone", setting.backbone, methods.get(method, ())),
        ("data", setting.data, tuple(layout.frames)),
        ("frame size", setting.frame, (layout.frames.get(setting.data),)),
        ("interval", setting.interval, (_INTERVAL,)),
    ]
    for what, got, printed in known:
        if got not in printed:
            raise ValueError(
                f"the paper prints table {name} for {what} {', '.join(map(str, printed))}; got {got}. "
                "Take one of these, or set table=null."
            )


class _Layout(NamedTuple):
    """A table of the paper.

    Attributes:
        frames: the frame size of each of its data sets.
        methods: the backbones of each of its methods, by propagation and flow.
        build: lays it out.
    """

    frames: Mapping[str, str]
    methods: Mapping[tuple[str, str], Sequence[str]]
    build: Callable[[Sequence[Measurement]], Table]


_LAYOUTS = {
    "f": _Layout(_VSPW | _CITYSCAPES, _OURS, table_f),
    "1": _Layout(_VSPW, _OURS, table_1),
    "2": _Layout(_CITYSCAPES, _OURS | _DFF_AND_ACCEL, table_2),
    "h": _Layout(_CITYSCAPES, dict.fromkeys(TABLE_H_NON_KEY, tuple(BACKBONES)), table_h),
    "3b": _Layout(_VSPW, {("masks", flow): tuple(BACKBONES) for flow in TABLE_3B}, table_3b),
}
