"""Results in rows, for the terminal and for the table that all evaluations append to."""

import csv
import io
from pathlib import Path

from filelock import FileLock

from mpvss.evaluation.record import MethodResult, ResultRecord
from mpvss.output.table import Cell, Column, Table

_SCORES = ("mIoU", "WIoU", "mVC8", "mVC16", "mVC8_paper", "mVC16_paper", "pixel_accuracy")
_HEADS = {"mVC8_paper": "mVC8, paper's", "mVC16_paper": "mVC16, paper's", "pixel_accuracy": "accuracy"}
_KEYS = (
    "created", "data", "split", "method", "backbone", "flow", "propagation", "interval", *_SCORES, "key_gmacs",
    "non_key_gmacs", "gmacs", "parameters", "frames_per_second", "num_videos", "num_frames", "checkpoint",
    "checkpoint_sha256", "seed", "code_version", "run",
)  # fmt: skip


def score_table(record: ResultRecord) -> Table:
    """Lay out an evaluation for reading, one row per method and interval, or other schedule."""
    scores = [name for name in _scores_of(record) if any(name in result.scores for result in record.results)]
    columns = (
        Column("method", "method"),
        Column("interval", "interval", "d"),
        *(Column(name, _HEADS.get(name, name), ".2f") for name in scores),
        Column("gmacs", "GMACs", ".2f"),
        Column("frames_per_second", "frames/s", ".1f"),
    )
    rows = [
        {key: _cells(record, result).get(key) for key in (column.key for column in columns)}
        for result in record.results
    ]
    title = f"{record.data}, {record.split}: {record.num_videos} videos, {record.num_frames} frames"
    return Table("scores", title, columns, rows)


def check_table(path: str | Path) -> None:
    """Refuse a table that rows cannot be appended to, before anything is computed.

    Raises:
        ValueError: if it exists and has other columns.
    """
    path = Path(path)
    if path.is_file() and path.stat().st_size:
        with path.open(newline="", encoding="utf-8") as file:
            found = next(csv.reader(file))
        if tuple(found) != _KEYS:
            raise ValueError(
                f"{path} must have the columns {', '.join(_KEYS)}; got {', '.join(found)}. "
                "Move it away, or name another table=FILE."
            )


def append_rows(path: str | Path, record: ResultRecord, run: str | Path) -> None:
    """Append an evaluation to a CSV table, which is made if needed; any number of processes may do so at once.

    Args:
        path: of the table.
        record: the evaluation.
        run: folder of its ``results.json``.

    Raises:
        ValueError: if the table has other columns.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.with_name(f".{path.name}.lock")):
        check_table(path)
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, _KEYS, extrasaction="ignore")
        if not path.is_file() or not path.stat().st_size:
            writer.writeheader()
        writer.writerows(_cells(record, result) | {"run": str(run)} for result in record.results)
        with path.open("a", newline="", encoding="utf-8") as file:
            file.write(text.getvalue())  # at once, so that an interruption leaves whole rows


def _scores_of(record: ResultRecord) -> list[str]:
    """The names of all scores, in the usual order, unusual ones last."""
    found = dict.fromkeys(name for result in record.results for name in result.scores)
    return [*(name for name in _SCORES if name in found), *(name for name in found if name not in _SCORES)]


def _cells(record: ResultRecord, result: MethodResult) -> dict[str, Cell]:
    return {**_plain(record), **_plain(result), "interval": result.interval_or_schedule, **result.scores}


def _plain(values: ResultRecord | MethodResult) -> dict[str, Cell]:
    return {
        key: value for key, value in values._asdict().items() if value is None or isinstance(value, str | int | float)
    }
