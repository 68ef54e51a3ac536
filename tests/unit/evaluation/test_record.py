import json

import pytest

from mpvss.evaluation.record import MethodResult, OtherFileError, ResultRecord, read_record, write_record

RESULT = MethodResult(
    method="query_flow", backbone="tiny", flow="query_flow", propagation="masks", interval=5, checkpoint="best.ckpt",
    checkpoint_sha256="ab", scores={"mIoU": 84.8}, class_iou={"sky": 99.0}, drift={0: 93.0, 1: 90.0}, key_gmacs=0.15,
    non_key_gmacs=0.05, gmacs=0.07, parameters=12, frames_per_second=None,
)  # fmt: skip
RECORD = ResultRecord(
    data="synthetic", split="val", num_videos=2, num_frames=60, seed=0, created="2026-01-01T00:00:00+00:00",
    command="eval.py", code_version="abc", environment={"torch": "2.11"}, config={"interval": 5}, results=(RESULT,),
)  # fmt: skip


def test_a_record_is_read_back_as_it_was_written(tmp_path):
    path = write_record(RECORD, tmp_path / "run")
    assert read_record(path) == read_record(tmp_path / "run") == RECORD


def test_a_score_that_is_not_a_number_is_never_written(tmp_path):
    bad = RECORD._replace(results=(RESULT._replace(scores={"mIoU": float("nan")}),))
    with pytest.raises(ValueError, match="nan"):
        write_record(bad, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_missing_record_says_what_to_give(tmp_path):
    with pytest.raises(FileNotFoundError, match="folder that mpvss eval"):
        read_record(tmp_path)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"format": 2}', '{"format": 1, "results": [{}]}'])
def test_another_file_is_refused_by_name(tmp_path, content):
    path = tmp_path / "results.json"
    path.write_text(content)
    with pytest.raises(ValueError, match="is no evaluation's record"):
        read_record(path)


def test_a_record_from_before_schedules_were_kept_is_read(tmp_path):
    path = write_record(RECORD, tmp_path)
    content = json.loads(path.read_text())
    for key in ("schedule", "key_frames"):
        del content["results"][0][key]
    path.write_text(json.dumps(content))
    assert read_record(path) == RECORD


def test_the_tables_of_a_benchmark_are_told_apart(tmp_path):
    path = tmp_path / "benchmark.json"
    path.write_text('{"counted": "", "tables": {}}')
    with pytest.raises(OtherFileError, match=r"benchmark\.json holds the tables of a benchmark, not the record"):
        read_record(path)


def test_the_file_is_plain_json(tmp_path):
    content = json.loads(write_record(RECORD, tmp_path).read_text())
    assert content["results"][0]["drift"] == {"0": 93.0, "1": 90.0}
