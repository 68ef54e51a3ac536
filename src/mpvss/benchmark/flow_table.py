"""The parameters of the flow modules, Table 3b."""

from collections.abc import Sequence

import torch

from mpvss.benchmark.comparison_columns import beside, compared
from mpvss.benchmark.measurement import Measurement
from mpvss.benchmark.published import TABLE_3B
from mpvss.flow import FlowHead
from mpvss.table import Cell, Column, Table

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
