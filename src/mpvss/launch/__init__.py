"""A composed configuration enters, a finished run leaves: what each script in ``src/`` does, one file each.

`report_errors` wraps them all; the parts of a run come from `mpvss.building`.
"""

from mpvss.launch.benchmark import benchmark
from mpvss.launch.check_data import check_data
from mpvss.launch.demonstrate import demonstrate
from mpvss.launch.errors import report_errors
from mpvss.launch.evaluate import evaluate
from mpvss.launch.predict import predict
from mpvss.launch.prepare_data import prepare_data
from mpvss.launch.train import train

__all__ = ["benchmark", "check_data", "demonstrate", "evaluate", "predict", "prepare_data", "report_errors", "train"]
