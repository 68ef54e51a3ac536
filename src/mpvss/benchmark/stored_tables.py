"""Storing tables: a CSV file each, and one JSON file of all."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from mpvss.benchmark.timing import TIMED
from mpvss.evaluation import CONVENTION
from mpvss.output.atomic import replacing
from mpvss.output.table import Table, csv_text

FILE_NAME = "benchmark.json"


def store_tables(folder: str | Path, tables: Sequence[Table], environment: Mapping[str, str | int]) -> list[Path]:
    """Write ``<table name>.csv`` for each table, and ``benchmark.json`` with all of them.

    Files appear whole or not at all. Numbers are unrounded.

    Args:
        folder: of the run; made if it is not there.
        tables: their names are distinct.
        environment: what the results depend on besides the configuration, such as device and versions.

    Returns:
        The files.
    """
    folder = Path(folder)
    contents = {f"{table.name}.csv": csv_text(table) for table in tables}
    contents[FILE_NAME] = _json(tables, environment)
    return [_write(folder / name, text) for name, text in contents.items()]


def _json(tables: Sequence[Table], environment: Mapping[str, str | int]) -> str:
    content = {
        "counted": CONVENTION,
        "timed": TIMED,
        "environment": dict(environment),
        "tables": {table.name: {"title": table.title, "notes": table.notes, "rows": table.rows} for table in tables},
    }
    return json.dumps(content, indent=2) + "\n"


def _write(path: Path, text: str) -> Path:
    with replacing(path) as partial:
        partial.write_text(text, encoding="utf-8", newline="")
    return path
