"""A composed configuration enters, a finished run leaves: what each script in ``src/`` does, one file each.

`report_errors` wraps them all; the parts of a run come from `mpvss.building`.
"""

from mpvss.launch.benchmark import benchmark
from mpvss.launch.demonstrate import demonstrate
from mpvss.launch.errors import report_errors
from mpvss.launch.evaluate import evaluate
from mpvss.launch.predict import predict
from mpvss.launch.train import train
from mpvss.launch.visualize import visualize

__all__ = ["benchmark", "demonstrate", "evaluate", "predict", "report_errors", "train", "visualize"]
