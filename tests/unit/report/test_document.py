import csv
import re

import pytest
from PIL import Image

from mpvss.report.document import write_report


def test_a_report_shows_every_file_that_it_writes(study, tmp_path):
    path = write_report(tmp_path / "report", study)
    text = path.read_text()
    written = {file.name for file in path.parent.iterdir()} - {path.name}
    assert set(re.findall(r"\]\(([^)]+)\)", text)) == written
    assert not [name for name in written if name.startswith(".")]
    stem = "vspw_val_"
    assert {name.removeprefix(stem).removesuffix(".png") for name in written if name.endswith(".png")} == {
        "accuracy_by_cost", "mIoU_by_interval", "WIoU_by_interval", "query_flow_by_interval",
        "optical_flow_by_interval", "drift", "classes_swin_t", "classes_tiny",
    }  # fmt: skip
    for name in written:
        if name.endswith(".png"):
            with Image.open(path.parent / name) as image:
                assert min(image.size) > 300
        if name.endswith(".svg"):
            assert "<svg" in (path.parent / name).read_text()
    rows = list(csv.DictReader((path.parent / "vspw_val_scores.csv").open()))
    assert len(rows) == 14


def test_the_same_records_give_the_same_files(make_record, make_result, tmp_path):
    record = make_record(make_result(drift={}))
    first, second = (write_report(tmp_path / name, [record]).parent for name in ("first", "second"))
    for file in first.iterdir():
        assert file.read_bytes() == (second / file.name).read_bytes(), file.name


def test_a_single_evaluation_without_costs_or_drift_gives_its_tables(make_record, make_result, tmp_path):
    bare = make_result(gmacs=None, key_gmacs=None, non_key_gmacs=None, drift={}, class_iou={})
    folder = write_report(tmp_path, [make_record(bare)]).parent
    assert {file.name for file in folder.iterdir()} == {
        "report.md", "all_runs.csv", "vspw_val_scores.csv", "vspw_val_costs.csv",
    }  # fmt: skip


def test_several_data_sets_are_kept_apart(make_record, make_result, tmp_path):
    records = [make_record(make_result()), make_record(make_result(), data="camvid", split="test")]
    text = write_report(tmp_path, records).read_text()
    assert text.index("## vspw, val") < text.index("## camvid, test") < text.index("**Evaluations**")
    assert (tmp_path / "camvid_test_scores.csv").is_file()


def test_methods_that_were_not_evaluated_cannot_be_compared(make_record, make_result, tmp_path):
    with pytest.raises(ValueError, match="rivals must be two methods of query_flow"):
        write_report(tmp_path, [make_record(make_result())], ["query_flow", "raft"])
    assert list(tmp_path.iterdir()) == []
