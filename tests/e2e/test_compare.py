"""Table D from one command and its report, on made-up clips in VSPW's layout, everything but the backbone tiny."""

import json

import pytest
import torch
from torchvision.io import write_jpeg, write_png

from mpvss.evaluation.record import read_record

SMALL = (
    "data.num_workers=0", "data.batch_size=2", "data.crop=[64,64]", "data.short_sides=[70]", "flow_widths=small",
    "backbone.pretrained=false", "segmentor.num_queries=6", "segmentor.dim=32", "segmentor.num_heads=2",
    "segmentor.encoder_layers=1", "segmentor.decoder_layers=2", "criterion.num_points=64", "logger=csv",
    "optim.effective_batch=null", "trainer=cpu", "trainer.max_steps=2", "trainer.val_check_interval=2",
)  # fmt: skip
COMMAND = (
    "compare.py", "comparison=table_d", "flownet=null", "backbones=[swin_t]", "intervals=[2,5]",
    f"comparison.shared={json.dumps(SMALL).replace(' ', '')}",
    "~comparison.methods.query_flow_s2", "~comparison.methods.query_flow_s4",
)  # fmt: skip


@pytest.fixture
def vspw(tmp_path):
    """A training and a validation clip of 8 frames: class 1 above class 2."""
    root = tmp_path / "data" / "VSPW_480p"
    torch.manual_seed(0)
    for split in ("train", "val"):
        clip = root / "data" / f"{split}_clip"
        for part in ("origin", "mask"):
            (clip / part).mkdir(parents=True)
        (root / f"{split}.txt").write_text(f"{split}_clip\n")
        for index in range(8):
            mask = torch.full((1, 40, 66), 1, dtype=torch.uint8)
            mask[:, 15 + index :] = 2
            noise = torch.randint(0, 40, (3, 40, 66), dtype=torch.uint8)
            write_jpeg(mask.expand(3, -1, -1) * 60 + noise, str(clip / "origin" / f"{index:08d}.jpg"))
            write_png(mask, str(clip / "mask" / f"{index:08d}.png"))
    return root


@pytest.mark.slow
def test_one_line_gives_the_rows_of_table_d_and_report_the_papers_beside_them(run, vspw, tmp_path):
    answer = run(*COMMAND)
    assert answer.status == 0, answer.err
    assert "table_d.csv: outputs/compare/vspw\n" in answer.out
    runs = tmp_path / "outputs" / "compare" / "vspw"
    assert "| swin_t | query_flow_s1 | 2 |" in (runs / "table_d.md").read_text()
    found = {
        (result.method, result.interval): result.stages
        for file in runs.rglob("results.json")
        for result in read_record(file).results
    }
    assert found == {
        (name, interval): s for name, s in (("query_flow_s1", 1), ("query_flow", 3)) for interval in (2, 5)
    }

    answer = run("report.py", "outputs/compare/vspw", "output=report")
    assert answer.status == 0, answer.err
    lines = (tmp_path / "report" / "vspw_val_scores.csv").read_text().splitlines()
    rows = [dict(zip(lines[0].split(","), line.split(","), strict=True)) for line in lines[1:]]
    printed = {row["method"]: row["paper_mIoU"] for row in rows if row["interval"] == "5"}
    assert printed == {"query_flow_s1": "39.4", "query_flow": "39.9"}

    before = times(runs)
    assert run(*COMMAND).status == 0
    assert times(runs) == before  # nothing is done twice


def times(runs):
    return {file: file.stat().st_mtime_ns for file in runs.rglob("log.txt")}
