"""Bring VSPW to 480 lines."""

import sys

from omegaconf import DictConfig

from mpvss.commands.devices import num_cores
from mpvss.data.health.preparation import PreparationOutcome, prepare_480p


def main(cfg: DictConfig) -> None:
    """Prepare, and exit with status 1 if a part of the source could not be used."""
    report = prepare_data(cfg)
    sys.stdout.write(
        f"{cfg.target}: {report.num_clips} clips, {report.num_written} files written, {report.num_kept} kept\n"
    )
    for problem in report.problems:
        sys.stderr.write(f"error: {problem}\n")
    if report.problems:
        sys.stderr.write("What is named above is missing in the target: data.skip_bad_clips=true leaves it out.\n")
        sys.exit(1)


def prepare_data(cfg: DictConfig) -> PreparationOutcome:
    """Scale VSPW as it was shot to VSPW_480p.

    Returns:
        What was done, and what of the source could not be used.

    Raises:
        FileNotFoundError: if the source is missing.
        ValueError: if the source is not VSPW, source and target are not apart, quality is out of range, or there is
            no room.
    """
    if not 1 <= cfg.quality <= 95:
        raise ValueError(f"quality must be within 1 and 95, as JPEG has it; got {cfg.quality}.")
    num_workers = num_cores() if cfg.num_workers is None else cfg.num_workers
    return prepare_480p(cfg.source, cfg.target, num_workers, cfg.quality)
