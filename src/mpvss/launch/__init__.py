"""A composed configuration enters, a finished run leaves: what each script in ``src/`` does, one file each.

`report_errors` wraps them all, `check_plugins` those that are swept; `processes.py` runs a job on several devices. The
parts of a run come from `mpvss.building`.
"""

from mpvss.launch.benchmark import benchmark
from mpvss.launch.check_data import check_data
from mpvss.launch.compare import compare
from mpvss.launch.dashboard import create_dashboard
from mpvss.launch.demonstrate import demonstrate
from mpvss.launch.errors import report_errors
from mpvss.launch.evaluate import evaluate
from mpvss.launch.evaluate_flow import FLOW_DATA, evaluate_flow
from mpvss.launch.folder_name import folder_name
from mpvss.launch.plugins import check_plugins
from mpvss.launch.predict import predict
from mpvss.launch.prepare_data import prepare_data
from mpvss.launch.report import gather_runs, report_runs
from mpvss.launch.train import train
from mpvss.launch.visualize import visualize

__all__ = [
    "FLOW_DATA",
    "benchmark",
    "check_data",
    "check_plugins",
    "compare",
    "create_dashboard",
    "demonstrate",
    "evaluate",
    "evaluate_flow",
    "folder_name",
    "gather_runs",
    "predict",
    "prepare_data",
    "report_errors",
    "report_runs",
    "train",
    "visualize",
]
