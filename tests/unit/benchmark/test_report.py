import csv
import json

import pytest
import torch

from mpvss.benchmark import CONVENTION, TIMED, environment, write_report
from mpvss.output.table import Column, Table

TABLE = Table(
    "costs", "Costs", (Column("name", "name"), Column("GMACs", "GMACs", ".1f")),
    [{"name": "a, b", "GMACs": 1 / 3}, {"name": "c", "GMACs": None}], ("A note.",),
)  # fmt: skip


def test_csv_and_json_hold_the_unrounded_numbers_and_the_convention(tmp_path):
    folder = tmp_path / "new"
    files = write_report(folder, [TABLE], {"device": "cpu", "cpu_threads": 2})
    assert sorted(path.name for path in folder.iterdir()) == ["costs.csv", "results.json"]
    assert sorted(files) == sorted(folder.iterdir())
    with open(folder / "costs.csv", newline="") as file:
        assert list(csv.DictReader(file)) == [{"name": "a, b", "GMACs": str(1 / 3)}, {"name": "c", "GMACs": ""}]
    content = json.loads((folder / "results.json").read_text())
    assert content["tables"]["costs"] == {"title": "Costs", "notes": ["A note."], "rows": TABLE.rows}
    assert content["environment"] == {"device": "cpu", "cpu_threads": 2}
    assert (content["counted"], content["timed"]) == (CONVENTION, TIMED)


def test_a_file_that_cannot_be_written_whole_leaves_the_old_one(tmp_path, monkeypatch):
    write_report(tmp_path, [TABLE], {})
    before = (tmp_path / "results.json").read_text()

    def fail(*arguments):
        raise OSError("disk full")

    monkeypatch.setattr("os.replace", fail)
    with pytest.raises(OSError, match="disk full"):
        write_report(tmp_path, [TABLE._replace(title="Other")], {})
    assert (tmp_path / "results.json").read_text() == before


def test_the_environment_names_device_and_threads():
    found = environment(torch.device("cpu"))
    assert found["device"].startswith("cpu")
    assert found["cpu_threads"] == torch.get_num_threads()
