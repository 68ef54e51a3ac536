"""Train methods alike, score them, and print one table: ``python src/compare.py comparison=synthetic``."""

from pathlib import Path

import hydra
from omegaconf import DictConfig
from rich.console import Console

from mpvss.commands.compare import compare as run_compare
from mpvss.commands.errors import report_errors
from mpvss.output.table import render


@hydra.main(version_base="1.3", config_path="../conf", config_name="compare")
@report_errors
def main(cfg: DictConfig) -> None:
    """Run what is missing and print the table."""
    table = run_compare(cfg, scripts=Path(__file__).parent)
    console = Console(width=max(140, Console().width))  # a narrow terminal breaks lines, which beats cut numbers
    console.print(render(table))
    console.print(f"Checkpoints, records and {cfg.table}.csv: {cfg.output}", soft_wrap=True)
    console.print(f"Beside the paper's numbers: python src/report.py {cfg.output}", soft_wrap=True)


if __name__ == "__main__":
    main()
