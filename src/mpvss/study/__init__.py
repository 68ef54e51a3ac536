"""A definition of methods enters, a table over their evaluations leaves.

`plan` lists the trainings and evaluations of a `Study`, each after those that it needs, `run` runs what is not there
yet in processes of their own, `table_of` takes seeds together.
"""

from mpvss.study.definition import Method, Study
from mpvss.study.plan import Job, plan
from mpvss.study.run import run
from mpvss.study.summary import table_of

__all__ = ["Job", "Method", "Study", "plan", "run", "table_of"]
