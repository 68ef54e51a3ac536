import logging

import pytest

from mpvss.evaluation.record import write_record
from mpvss.report import read_records


@pytest.fixture
def sweep(tmp_path, make_record, make_result):
    """A sweep's folder: two runs that ended well, one that did not, and what Hydra leaves beside them."""
    folder = tmp_path / "sweep"
    for seed in (0, 1):
        write_record(make_record(make_result(), seed=seed), folder / f"{seed}_flow=[a],seed={seed}")
    (folder / "2_failed").mkdir()
    (folder / "multirun.yaml").touch()
    return folder


def seeds(records):
    return [record.seed for record in records]


def test_a_run_is_its_folder_or_its_file_and_a_sweep_is_all_runs_in_it(sweep):
    first = sweep / "0_flow=[a],seed=0"
    assert seeds(read_records([first])) == [0]
    assert seeds(read_records([first / "results.json"])) == [0]
    assert seeds(read_records([sweep])) == [0, 1]
    assert seeds(read_records([sweep, first])) == [0, 1]  # a run named twice counts once


def test_patterns_are_expanded_and_what_holds_no_record_is_named(sweep, caplog):
    assert seeds(read_records([f"{sweep}/*"])) == [0, 1]
    with caplog.at_level(logging.WARNING):
        assert seeds(read_records(sorted(sweep.iterdir()))) == [0, 1]
    assert [record.args[0].name for record in caplog.records] == ["2_failed", "multirun.yaml"]


def test_what_is_not_there_is_an_error(sweep):
    with pytest.raises(FileNotFoundError, match="missing: no such file or folder"):
        read_records([sweep, sweep / "missing"])
    with pytest.raises(FileNotFoundError, match=r"needs runs of mpvss eval.*2_failed"):
        read_records([sweep / "2_failed"])
    with pytest.raises(FileNotFoundError, match="got nothing"):
        read_records([])


def test_the_tables_of_a_benchmark_are_named_and_left_out(sweep, caplog):
    for name in ("benchmark.json", "results.json"):  # benchmarks used to call theirs the same
        path = sweep / "costs" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text('{"counted": "...", "tables": {"costs": {}}}')
    with caplog.at_level(logging.WARNING):
        assert seeds(read_records([sweep, sweep / "costs" / "benchmark.json"])) == [0, 1]
    assert len(caplog.messages) == 2
    assert all("holds the tables of a benchmark" in message for message in caplog.messages)
    with pytest.raises(FileNotFoundError, match=r"needs runs of mpvss eval.*benchmark\.json"):
        read_records([sweep / "costs" / "benchmark.json"])


def test_a_file_that_is_neither_is_named_in_one_line(sweep):
    other = sweep / "other" / "results.json"
    other.parent.mkdir()
    for content in ("{}", "[1]", "not JSON"):
        other.write_text(content)
        with pytest.raises(
            ValueError, match=r"other/results\.json is no evaluation's record: .*\. mpvss eval writes"
        ) as error:
            read_records([sweep])
        assert "\n" not in str(error.value)
