import csv
import struct

import numpy as np
import pytest
import torch
from PIL import Image

SMALL_FLOW = (
    "experiment=pretrain_flow", "trainer=cpu", "logger=csv", "flow_widths.encoder_channels=[8,8,8,8,8,8]",
    "data.height=48", "data.width=64", "data.num_workers=0", "data.batch_size=1", "data.pairs_per_epoch=1",
    "data.val_videos=1", "trainer.max_steps=1",
)  # fmt: skip
FLOWS = {"Army": (3.0, 4.0), "Urban": (0.0, -1.0)}


@pytest.fixture
def scenes(tmp_path):
    """Two scenes of different size, whose known flow is the same everywhere."""
    for width, (scene, flow) in zip((40, 70), FLOWS.items(), strict=True):
        folder = tmp_path / "middlebury" / scene
        folder.mkdir(parents=True)
        for name in ("frame10.png", "frame11.png"):
            noise = np.random.default_rng(width).integers(0, 256, (33, width, 3), dtype=np.uint8)
            Image.fromarray(noise).save(folder / name)
        content = np.broadcast_to(np.array(flow, "<f4"), (33, width, 2)).tobytes()
        (folder / "flow10.flo").write_bytes(struct.pack("<fii", 202021.25, width, 33) + content)
    return tmp_path / "middlebury"


def test_a_flow_checkpoint_is_scored_scene_by_scene(run_here, scenes, tmp_path):
    answer = run_here("train.py", *SMALL_FLOW)
    assert answer.status == 0, answer.err
    checkpoint = tmp_path / "flow.ckpt"
    content = torch.load(tmp_path / "out" / "checkpoints" / "last.ckpt", weights_only=True)
    for key in content["state_dict"]:
        if ".predict." in key or ".upsample_flow." in key:
            content["state_dict"][key].zero_()  # the flow is then zero everywhere
    torch.save(content, checkpoint)

    given = (f"ckpt_path={checkpoint}", "trainer=cpu", "data=middlebury", f"data.root={scenes}", "data.num_workers=0")
    answer = run_here("eval.py", *given)
    assert answer.status == 0, answer.err
    rows = list(csv.DictReader((tmp_path / "out" / "flow_errors.csv").open()))
    assert [row["scene"] for row in rows] == ["Army", "Urban", "mean"]
    for name in ("EPE", "zero_EPE"):
        assert [float(row[name]) for row in rows] == pytest.approx([5.0, 1.0, 3.0], abs=1e-4)
    assert "Urban" in answer.out

    answer = run_here("eval.py", *given, "flow=query_flow")
    assert answer.status == 1
    assert "Choose flow=optical_flow or flow=raft" in answer.err
