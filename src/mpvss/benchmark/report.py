"""Storing tables: a CSV file each, and one JSON file of all."""

import json
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch

from mpvss.benchmark.costs import CONVENTION
from mpvss.benchmark.timing import TIMED
from mpvss.output.atomic import replacing
from mpvss.output.table import Table, csv_text


def write_report(folder: str | Path, tables: Sequence[Table], environment: Mapping[str, str | int]) -> list[Path]:
    """Write ``<table name>.csv`` for each table, and ``results.json`` with all of them.

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
    contents["results.json"] = _json(tables, environment)
    return [_write(folder / name, text) for name, text in contents.items()]


def environment(device: torch.device) -> dict[str, str | int]:
    """Describe what times depend on: device, CPU threads, versions."""
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else platform.machine()
    return {
        "device": f"{device.type}, {name}",
        "cpu_threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "python": platform.python_version(),
    }


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
