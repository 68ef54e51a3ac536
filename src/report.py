"""Show evaluations in tables and figures: ``python src/report.py outputs/eval_sweeps/*/* output=report``."""

import sys

import hydra
from omegaconf import DictConfig
from rich.console import Console

from mpvss.commands.errors import report_errors
from mpvss.commands.report import gather_runs, report_runs


@hydra.main(version_base="1.3", config_path="../conf", config_name="report")
@report_errors
def main(cfg: DictConfig) -> None:
    """Write the report, and say where it is."""
    Console().print(f"Report: {report_runs(cfg)}", soft_wrap=True)


if __name__ == "__main__":
    sys.argv[1:] = gather_runs(sys.argv[1:])
    main()
