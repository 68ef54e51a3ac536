"""Count and time a configuration: ``python src/benchmark.py backbone=swin_t data=vspw``, or ``cost=table_f``."""

import sys

import hydra
from omegaconf import DictConfig
from rich.console import Console

from mpvss.commands.benchmark import benchmark as run_benchmark
from mpvss.commands.errors import report_errors
from mpvss.output.table import render

PIPE_WIDTH = 180


@hydra.main(version_base="1.3", config_path="../conf", config_name="benchmark")
@report_errors
def main(cfg: DictConfig) -> None:
    """Measure, print tables, and say where they are stored."""
    console = Console(width=None if sys.stdout.isatty() else PIPE_WIDTH)
    for table in run_benchmark(cfg):
        console.print(render(table))
    console.print(f"CSV and JSON: {cfg.paths.output}", soft_wrap=True)


if __name__ == "__main__":
    main()
