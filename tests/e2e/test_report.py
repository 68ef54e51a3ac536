"""The command line of report.py; what a report holds is tested in tests/unit/report."""

import pytest

from mpvss.evaluation.record import MethodResult, ResultRecord, write_record


@pytest.fixture
def runs(tmp_path):
    """Two runs of a sweep, whose folders are named after their overrides."""
    folders = []
    for interval in (2, 5):
        result = MethodResult(
            method="query_flow", backbone="tiny", flow="query_flow", propagation="masks", interval=interval,
            checkpoint=None, checkpoint_sha256=None, scores={"mIoU": 80.0 - interval}, class_iou={}, drift={},
            key_gmacs=None, non_key_gmacs=None, gmacs=None, parameters=12, frames_per_second=None,
        )  # fmt: skip
        record = ResultRecord(
            data="synthetic", split="val", num_videos=2, num_frames=60, seed=0, created="2026-01-01T00:00:00+00:00",
            command="eval.py", code_version=None, environment={}, config={}, results=(result,),
        )  # fmt: skip
        folder = tmp_path / "sweep" / f"{interval}_flow='x',interval={interval}"
        write_record(record, folder)
        folders.append(folder)
    return folders


def test_runs_are_typed_as_paths_beside_overrides(run_here, runs, tmp_path):
    answer = run_here("report.py", *(str(run.relative_to(tmp_path)) for run in runs), "output=shown")
    assert answer.status == 0, answer.err
    assert "Report: shown/report.md" in answer.out
    text = (tmp_path / "shown" / "report.md").read_text()
    assert "| tiny | query_flow | 78.0 | 75.0 |" in text
    assert (tmp_path / "shown" / "synthetic_val_mIoU_by_interval.png").is_file()


def test_runs_are_a_key_too_and_the_report_goes_to_the_runs_folder(run_here, runs, tmp_path):
    answer = run_here("report.py", "runs=sweep/*")
    assert answer.status == 0, answer.err
    assert (tmp_path / "out" / "report.md").is_file()


def test_a_mistyped_path_is_named(run_here, runs):
    answer = run_here("report.py", "sweep/2_flow=y", "missing")
    assert (answer.status, answer.err) == (
        1, "error: sweep/2_flow=y: no such file or folder. Give a run's folder that mpvss eval wrote.\n"
    )  # fmt: skip
