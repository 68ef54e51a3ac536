"""A propagator and a frame size enter; costs, times and their tables, beside the paper's and a peer's, leave.

`measure` makes a `Measurement` of a `Setting`: `count_costs` counts parameters and multiply-accumulates on shapes
alone, `measure_speed` times what runs, `compare_with_transformers` times another project's key frame in turns with
ours. `cost_table`, `speed_table` and `peer_table` lay measurements out, `paper_table` beside the paper's numbers;
`write_report` stores them.
"""

from mpvss.benchmark.costs import CONVENTION, Costs, count_costs
from mpvss.benchmark.measured_tables import cost_table, peer_table, speed_table
from mpvss.benchmark.measurement import Measurement, Setting, measure
from mpvss.benchmark.paper_tables import check_paper_table, paper_table
from mpvss.benchmark.peer import PeerComparison, compare_with_transformers
from mpvss.benchmark.report import environment, write_report
from mpvss.benchmark.speed import TIMED, Speed, measure_speed
from mpvss.benchmark.stopwatch import Timing, time_alternately, time_parts

__all__ = [
    "CONVENTION",
    "TIMED",
    "Costs",
    "Measurement",
    "PeerComparison",
    "Setting",
    "Speed",
    "Timing",
    "check_paper_table",
    "compare_with_transformers",
    "cost_table",
    "count_costs",
    "environment",
    "measure",
    "measure_speed",
    "paper_table",
    "peer_table",
    "speed_table",
    "time_alternately",
    "time_parts",
    "write_report",
]
