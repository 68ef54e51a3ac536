"""What was measured, beside what the paper prints."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from mpvss.benchmark.measurement import Measurement, Setting
from mpvss.benchmark.published import (
    BACKBONES,
    FLOW_PARAMETERS,
    TABLE_1,
    TABLE_2,
    TABLE_F_KEY,
    TABLE_F_NON_KEY,
    MethodCosts,
)
from mpvss.table import Cell, Column, Table

_INTERVAL = 5
_VSPW, _CITYSCAPES = {"vspw": "480x853"}, {"cityscapes": "1024x2048"}
_COUNTING = "Counted as the table of costs says."
_SUM_OF_PARTS = (
    "Sum of parts: what the paper prints for Mask2Former, plus 40.08 M of its flow module (Table 3b). What it prints "
    "for MPVSS with Swin-T (114.0) and Swin-S (108.0) is not that sum."
)
_FPS = "Frames per second here and on the paper's V100 compare methods on one machine, not the machines."


def paper_table(name: str, measurements: Sequence[Measurement]) -> Table:
    """Lay out ours beside the paper's, with the relative difference.

    Args:
        name: ``f`` for Table F, ``1`` or ``2`` for the cost columns of Tables 1 and 2.
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
        _check_setting(name, _LAYOUTS[name].frames, setting)


def _check_setting(name: str, frames: Mapping[str, str], setting: Setting) -> None:
    known: list[tuple[str, object, Sequence[object]]] = [
        ("backbone", setting.backbone, tuple(BACKBONES)),
        ("data", setting.data, tuple(frames)),
        ("frame size", setting.frame, (frames.get(setting.data),)),
        ("interval", setting.interval, (_INTERVAL,)),
    ]
    for what, got, printed in known:
        if got not in printed:
            raise ValueError(
                f"the paper prints table {name} for {what} {', '.join(map(str, printed))}; got {got}. "
                "Take one of these, or set table=null."
            )


def _table_f(measurements: Sequence[Measurement]) -> Table:
    columns = (
        Column("data", "data"),
        Column("frame", "frame"),
        Column("kind", "kind"),
        Column("backbone", "backbone"),
        *_compared("GMACs", "GMACs"),
    )
    rows = [
        row
        for data in dict.fromkeys(m.setting.data for m in measurements)
        for row in _frames([m for m in measurements if m.setting.data == data])
    ]
    return Table("table_f", "Table F: multiply-accumulates a frame", columns, rows, (_COUNTING,))


def _frames(of_one_data_set: Sequence[Measurement]) -> Iterator[dict[str, Cell]]:
    non_key: dict[int, list[str]] = {}  # one entry, unless a flow module's cost depends on the backbone
    for setting, costs, *_ in of_one_data_set:
        assert costs is not None  # paper_table has checked it
        backbone = BACKBONES[setting.backbone]
        labels: dict[str, Cell] = {"data": setting.data, "frame": setting.frame, "kind": "key", "backbone": backbone}
        yield labels | _beside("GMACs", costs.key_macs / 1e9, TABLE_F_KEY[setting.data][setting.backbone])
        non_key.setdefault(costs.non_key_macs, []).append(backbone)
    for macs, backbones in non_key.items():
        labels |= {"kind": "non-key", "backbone": ", ".join(backbones) if len(non_key) > 1 else "any"}
        yield labels | _beside("GMACs", macs / 1e9, TABLE_F_NON_KEY[setting.data])


def _table_1(measurements: Sequence[Measurement]) -> Table:
    return _methods("table_1_cost", "Table 1, costs: VSPW, interval 5", TABLE_1, measurements)


def _table_2(measurements: Sequence[Measurement]) -> Table:
    return _methods("table_2_cost", "Table 2, costs: Cityscapes, interval 5", TABLE_2, measurements)


def _methods(
    name: str, title: str, printed: Mapping[str, Mapping[str, MethodCosts]], measurements: Sequence[Measurement]
) -> Table:
    rows = [
        _method_row(method, ours, printed, measurement)
        for method, ours in (("Mask2Former", _mask2former), ("MPVSS", _mpvss))
        for measurement in measurements
    ]
    columns = (
        Column("method", "method"),
        Column("backbone", "backbone"),
        *_compared("GMACs", "GMACs"),
        *_compared("parameters_M", "params M"),
        Column("paper_sum_of_parts_M", "paper's sum of parts", ".2f"),
    )
    if all(m.speed is None for m in measurements):
        return Table(name, title, columns, rows, (_COUNTING, _SUM_OF_PARTS))
    columns += (Column("fps", "frames/s", ".2f"), Column("paper_fps", "paper, V100", ".2f"))
    return Table(name, title, columns, rows, (_COUNTING, _SUM_OF_PARTS, _FPS))


def _method_row(
    method: str,
    costs: Callable[[Measurement], MethodCosts],
    printed: Mapping[str, Mapping[str, MethodCosts]],
    measurement: Measurement,
) -> dict[str, Cell]:
    backbone = measurement.setting.backbone
    ours, theirs = costs(measurement), printed[method][backbone]
    flow_parameters = FLOW_PARAMETERS if method == "MPVSS" else 0.0
    return {
        "method": method,
        "backbone": BACKBONES[backbone],
        **_beside("GMACs", ours.gmacs, theirs.gmacs),
        **_beside("parameters_M", ours.parameters, theirs.parameters),
        "paper_sum_of_parts_M": printed["Mask2Former"][backbone].parameters + flow_parameters,
        **({} if measurement.speed is None else {"fps": ours.fps, "paper_fps": theirs.fps}),
    }


def _mask2former(measurement: Measurement) -> MethodCosts:
    """Every frame is a key frame."""
    _, costs, speed, *_ = measurement
    assert costs is not None  # paper_table has checked it
    return MethodCosts(costs.key_macs / 1e9, costs.segmentor_parameters / 1e6, speed and 1 / speed.key.median)


def _mpvss(measurement: Measurement) -> MethodCosts:
    _, costs, speed, *_ = measurement
    assert costs is not None  # paper_table has checked it
    parameters = costs.segmentor_parameters + costs.flow_parameters
    return MethodCosts(costs.clip_macs / 1e9, parameters / 1e6, speed and 1 / speed.clip_seconds)


def _compared(key: str, head: str) -> tuple[Column, ...]:
    return (
        Column(key, head, ".2f"),
        Column(f"paper_{key}", "paper", ".1f"),
        Column(f"{key}_difference_percent", "diff. %", "+.2f"),
    )


def _beside(key: str, ours: float, paper: float) -> dict[str, Cell]:
    return {key: ours, f"paper_{key}": paper, f"{key}_difference_percent": 100 * (ours / paper - 1)}


class _Layout(NamedTuple):
    """A table of the paper: the frame size of each of its data sets, and what lays it out."""

    frames: Mapping[str, str]
    build: Callable[[Sequence[Measurement]], Table]


_LAYOUTS = {
    "f": _Layout(_VSPW | _CITYSCAPES, _table_f),
    "1": _Layout(_VSPW, _table_1),
    "2": _Layout(_CITYSCAPES, _table_2),
}
