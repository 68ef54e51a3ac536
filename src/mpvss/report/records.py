"""Which evaluations a report is about."""

import glob
import logging
from collections.abc import Sequence
from pathlib import Path

from mpvss.evaluation.record import FILE_NAME, OtherFileError, ResultRecord, read_record

log = logging.getLogger(__name__)


def read_records(runs: Sequence[str | Path]) -> list[ResultRecord]:
    """Read the records of evaluations.

    Args:
        runs: run folders, folders of runs such as a sweep's, ``results.json`` files, or glob patterns of these.
            One that holds no record, such as a failed job's folder or a benchmark's, is named in a warning.

    Returns:
        One record per file, in the order given; a file named twice counts once.

    Raises:
        FileNotFoundError: if one is not there, or none holds a record.
        ValueError: if a file is neither an evaluation's record nor a benchmark's.
    """
    files: dict[Path, None] = {}
    for run in runs:
        found = _record_files(str(run))
        if not found:
            log.warning("%s holds no %s; left out.", run, FILE_NAME)
        files |= dict.fromkeys(file.resolve() for file in found)
    records = []
    for file in files:
        try:
            records.append(read_record(file))
        except OtherFileError as error:
            log.warning("%s Left out.", error)
    if not records:
        given = ", ".join(map(str, runs)) or "nothing"
        raise FileNotFoundError(f"A report needs runs of mpvss eval, which write {FILE_NAME}; got {given}.")
    return records


def _record_files(run: str) -> list[Path]:
    if Path(run).exists():  # before a pattern, since a sweep's folders may have brackets in their names
        paths = [Path(run)]
    elif glob.has_magic(run):
        paths = [Path(path) for path in sorted(glob.glob(run))]
    else:
        raise FileNotFoundError(f"{run}: no such file or folder. Give a run's folder that mpvss eval wrote.")
    return [file for path in paths for file in _below(path)]


def _below(path: Path) -> list[Path]:
    """The records in a folder, or the file itself; a sweep's other files are none."""
    if path.is_dir():
        return sorted(path.rglob(FILE_NAME))
    return [path] if path.suffix == Path(FILE_NAME).suffix else []
