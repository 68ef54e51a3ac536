import pytest
import torch
from torchvision.io import decode_image

from mpvss.video import VideoReader


def test_the_demo_trains_compares_three_methods_and_writes_pictures(run_here, small, tmp_path):
    answer = run_here("demo.py", *small[1:], "trainer.max_steps=2", "trainer.log_every_n_steps=1")
    assert answer.status == 0, answer.err
    table = [line for line in answer.out.splitlines() if line.startswith("│")]
    rows = {cells[0]: [float(cell) for cell in cells[1:]] for cells in map(cells_of, table) if cells[0] in METHODS}
    assert rows.keys() == set(METHODS)
    for name in METHODS:
        *scores, gmacs, frames_per_second = rows[name]
        assert len(scores) == 4
        assert all(0 <= score <= 100 for score in scores)
        assert gmacs > 0
        assert frames_per_second > 0
    per_frame, copy, query_flow = (rows[name][4] for name in METHODS)
    assert copy < query_flow < per_frame

    with VideoReader(tmp_path / "out" / "overlay.mp4") as reader:
        assert len(list(reader)) == 17
    sheet = decode_image(str(tmp_path / "out" / "contact_sheet.png"))
    assert sheet.dtype == torch.uint8
    assert sheet.shape[0] == 3


@pytest.mark.slow
def test_the_demo_says_nothing_but_what_is_ours(run, small):
    """In a process of its own, where pytest takes no warnings away."""
    answer = run("demo.py", *small[1:], "trainer.max_steps=2", "trainer.log_every_n_steps=1")
    assert (answer.status, answer.err) == (0, "")
    training, evaluating = (line for line in answer.out.splitlines() if "━━ " in line)
    assert training.startswith("training  train/loss ")
    assert " 2/2 " in training
    assert evaluating.startswith("evaluating ")
    logged = [line.split("]")[1] for line in answer.out.splitlines() if line.startswith("[")]
    assert logged == ["[mpvss.commands.train", "[mpvss.training.callbacks.effective_batch"]
    assert "FLOPs" not in answer.out


METHODS = ("per frame", "copy", "query flow")


def cells_of(line):
    return [cell.strip() for cell in line.strip("│").split("│")]
