import csv
import json

import pytest

from mpvss.benchmark import TIMED, store_tables
from mpvss.evaluation import CONVENTION
from mpvss.output.table import Column, Table

TABLE = Table(
    "costs", "Costs", (Column("name", "name"), Column("GMACs", "GMACs", ".1f")),
    [{"name": "a, b", "GMACs": 1 / 3}, {"name": "c", "GMACs": None}], ("A note.",),
)  # fmt: skip


def test_csv_and_json_hold_the_unrounded_numbers_and_the_convention(tmp_path):
    folder = tmp_path / "new"
    files = store_tables(folder, [TABLE], {"device": "cpu", "cpu_threads": 2})
    assert sorted(path.name for path in folder.iterdir()) == ["benchmark.json", "costs.csv"]
    assert sorted(files) == sorted(folder.iterdir())
    with open(folder / "costs.csv", newline="") as file:
        assert list(csv.DictReader(file)) == [{"name": "a, b", "GMACs": str(1 / 3)}, {"name": "c", "GMACs": ""}]
    content = json.loads((folder / "benchmark.json").read_text())
    assert content["tables"]["costs"] == {"title": "Costs", "notes": ["A note."], "rows": TABLE.rows}
    assert content["environment"] == {"device": "cpu", "cpu_threads": 2}
    assert (content["counted"], content["timed"]) == (CONVENTION, TIMED)


def test_a_file_that_cannot_be_written_whole_leaves_the_old_one(tmp_path, monkeypatch):
    store_tables(tmp_path, [TABLE], {})
    before = (tmp_path / "benchmark.json").read_text()

    def fail(*arguments):
        raise OSError("disk full")

    monkeypatch.setattr("os.replace", fail)
    with pytest.raises(OSError, match="disk full"):
        store_tables(tmp_path, [TABLE._replace(title="Other")], {})
    assert (tmp_path / "benchmark.json").read_text() == before
