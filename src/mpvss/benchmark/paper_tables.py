"""What was measured, beside what the paper prints."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

from mpvss.benchmark.flow_table import table_3b
from mpvss.benchmark.frame_tables import table_f, table_h
from mpvss.benchmark.measurement import Measurement, Setting
from mpvss.benchmark.method_tables import table_1, table_2
from mpvss.benchmark.published import BACKBONES, TABLE_2, TABLE_3B, TABLE_H_NON_KEY
from mpvss.table import Table

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
