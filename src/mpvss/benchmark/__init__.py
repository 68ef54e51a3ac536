"""A propagator and a frame size enter; costs, times and their tables leave, beside the paper's and transformers'.

`measure` makes a `Measurement` of a `Setting`: `count_costs` counts parameters and multiply-accumulates on shapes
alone, `measure_speed` times what runs, `compare_with_transformers` times another project's key frame in turns with
ours. `measure_loading` and `measure_stages` time how training pairs are made; `random_pairs` are there to time training
on where no data are, with `peak_memory`. `cost_table`, `speed_table`, `reference_table`, `loading_table`,
`stage_table`, `training_table` and `step_table` lay measurements out, `paper_table` beside the paper's numbers;
`store_tables` stores them.
"""

from mpvss.benchmark.costs import Costs, count_costs
from mpvss.benchmark.loading import Loading, measure_loading, measure_stages
from mpvss.benchmark.measurement import Measurement, Setting, measure
from mpvss.benchmark.memory import peak_memory
from mpvss.benchmark.paper_tables import check_paper_table, paper_table
from mpvss.benchmark.random_pairs import random_pairs
from mpvss.benchmark.stored_tables import store_tables
from mpvss.benchmark.tables import cost_table, reference_table, speed_table
from mpvss.benchmark.timing import TIMED, Speed, Timing, measure_speed, time_alternately, time_parts
from mpvss.benchmark.training_tables import Training, loading_table, stage_table, step_table, training_table
from mpvss.benchmark.transformers_reference import ReferenceComparison, compare_with_transformers

__all__ = [
    "TIMED",
    "Costs",
    "Loading",
    "Measurement",
    "ReferenceComparison",
    "Setting",
    "Speed",
    "Timing",
    "Training",
    "check_paper_table",
    "compare_with_transformers",
    "cost_table",
    "count_costs",
    "loading_table",
    "measure",
    "measure_loading",
    "measure_speed",
    "measure_stages",
    "paper_table",
    "peak_memory",
    "random_pairs",
    "reference_table",
    "speed_table",
    "stage_table",
    "step_table",
    "store_tables",
    "time_alternately",
    "time_parts",
    "training_table",
]
