"""The cost columns of Tables 1 and 2: methods by backbone."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from mpvss.benchmark.comparison_columns import COUNTING, beside, compared
from mpvss.benchmark.measurement import Measurement
from mpvss.benchmark.published import BACKBONES, TABLE_1, TABLE_2, TABLE_3B, MethodCosts
from mpvss.table import Cell, Column, Table

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
