"""Bring VSPW to 480 lines: ``python src/prepare_data.py source=VSPW target=VSPW_480p``."""

import sys

import hydra
from omegaconf import DictConfig

from mpvss.commands.errors import report_errors
from mpvss.commands.prepare_data import prepare_data as run_prepare_data


@hydra.main(version_base="1.3", config_path="../conf", config_name="prepare_data")
@report_errors
def main(cfg: DictConfig) -> None:
    """Prepare, and exit with status 1 if a part of the source could not be used."""
    report = run_prepare_data(cfg)
    sys.stdout.write(
        f"{cfg.target}: {report.num_clips} clips, {report.num_written} files written, {report.num_kept} kept\n"
    )
    for problem in report.problems:
        sys.stderr.write(f"error: {problem}\n")
    if report.problems:
        sys.stderr.write("What is named above is missing in the target: data.skip_bad_clips=true leaves it out.\n")
        sys.exit(1)


if __name__ == "__main__":
    main()
