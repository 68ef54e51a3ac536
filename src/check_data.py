"""Look for what is wrong with a data set: ``python src/check_data.py data=vspw data.root=FOLDER``."""

import sys

import hydra
from omegaconf import DictConfig
from rich.console import Console

from mpvss.commands.check_data import check_data as run_check_data
from mpvss.commands.errors import report_errors
from mpvss.output.table import render

PIPE_WIDTH = 160
SHOWN = 100


@hydra.main(version_base="1.3", config_path="../conf", config_name="check_data")
@report_errors
def main(cfg: DictConfig) -> None:
    """Check, say what was found, and exit with status 1 if something is wrong."""
    check = run_check_data(cfg)
    console = Console(width=None if sys.stdout.isatty() else PIPE_WIDTH)
    for finding in sorted(check.findings, key=lambda finding: finding.problem.is_note)[:SHOWN]:
        sys.stdout.write(f"{finding}\n")
    if len(check.findings) > SHOWN:
        sys.stdout.write(f"... and {len(check.findings) - SHOWN} more, in problems.csv\n")
    for table in check.tables:
        console.print(render(table))
    notes = len(check.findings) - check.num_errors
    console.print(f"{check.num_errors} errors, {notes} notes. Tables and pictures: {cfg.paths.output}", soft_wrap=True)
    if check.num_errors:
        console.print(f"Clips that cannot be used as they are: {check.num_bad_clips}, listed in bad_clips.txt there.")
        sys.exit(1)


if __name__ == "__main__":
    main()
