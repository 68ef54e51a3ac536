"""A definition of methods enters, a table over their evaluations leaves.

`plan` lists the trainings and evaluations of a `Comparison`, each after those that it needs, `run` runs what is not
there yet in processes of their own, `table_of` takes seeds together.
"""

from mpvss.comparison.definition import Comparison, TrainedMethod
from mpvss.comparison.plan import Job, plan
from mpvss.comparison.run import run
from mpvss.comparison.table import table_of

__all__ = [
    "Comparison",
    "Job",
    "TrainedMethod",
    "plan",
    "run",
    "table_of",
]
