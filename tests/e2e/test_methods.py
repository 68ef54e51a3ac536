"""Every flow and every way to propagate trains, and is evaluated from its checkpoint without naming it again."""

import pytest
import torch
from torchvision.io import write_png

from mpvss.evaluation.record import read_record

SMALL = (
    "backbone=tiny", "data=synthetic", "data.height=64", "data.width=96", "data.num_workers=0", "data.batch_size=2",
    "data.val_videos=1", "data.num_frames=8", "segmentor.num_queries=6", "segmentor.dim=32", "segmentor.num_heads=2",
    "segmentor.encoder_layers=1", "segmentor.decoder_layers=2", "criterion.num_points=64", "trainer=cpu",
    "trainer.max_steps=1", "trainer.val_check_interval=1", "logger=csv", "interval=3", "optim.effective_batch=null",
)  # fmt: skip
NARROW = "flow_widths.encoder_channels=[8,8,8,8,8,8]"
STEPS = "flow_widths.step_channels=[8,8,8,8]"
FLOWNET_STEPS = "flow_widths.flownet_step_channels=[8,8,8,8]"
METHODS = {
    "per_frame": ("propagation=per_frame",),
    "dff": ("propagation=dff", "flow=optical_flow", NARROW, FLOWNET_STEPS),
    "accel": (
        "propagation=accel", "flow=optical_flow", NARROW, FLOWNET_STEPS,
        "backbone@propagation.update_segmentor.backbone=tiny",
    ),
    "query_learned": ("flow=query_learned", NARROW),
    "query_flow_s1": ("flow=query_flow", "flow.num_stages=1", NARROW, STEPS),
    "query_random": ("flow=query_random", NARROW),
    "query_for_pf": ("flow=query_for_pf", NARROW, STEPS),
    "optical_flow": ("flow=optical_flow", NARROW, FLOWNET_STEPS),
    "raft": ("flow=raft", "flow.size=small", "data.batch_size=1"),
    "copy": ("flow=copy",),
    "bidirectional": ("propagation=bidirectional", NARROW, STEPS),
}  # fmt: skip


@pytest.mark.parametrize("method", METHODS)
def test_every_method_trains_and_is_evaluated_from_its_checkpoint(run_here, tmp_path, method):
    trained = run_here("train.py", *SMALL, *METHODS[method])
    assert trained.status == 0, trained.err
    checkpoint = (tmp_path / "out" / "checkpoints" / "last.ckpt").rename(tmp_path / "model.ckpt")
    evaluated = run_here("eval.py", f"ckpt_path={checkpoint}", "interval=3")
    assert evaluated.status == 0, evaluated.err
    (result,) = read_record(tmp_path / "out").results
    assert result.method == method
    assert result.propagation == (method if method in ("per_frame", "dff", "accel", "bidirectional") else "masks")
    assert result.scores.keys() >= {"mIoU", "WIoU"}


@pytest.mark.parametrize("flow", ["query_flow", "optical_flow", "copy"])
def test_a_checkpoint_trained_to_propagate_masks_is_used_in_both_directions(run_here, tmp_path, flow):
    narrow = () if flow == "copy" else (NARROW, STEPS, FLOWNET_STEPS)
    trained = run_here("train.py", *SMALL, f"flow={flow}", *narrow)
    assert trained.status == 0, trained.err
    checkpoint = (tmp_path / "out" / "checkpoints" / "last.ckpt").rename(tmp_path / "model.ckpt")
    chosen = (f"ckpt_path={checkpoint}", "interval=3", "propagation=bidirectional")
    evaluated = run_here("eval.py", *chosen)
    assert evaluated.status == 0, evaluated.err
    (result,) = read_record(tmp_path / "out").results
    assert (result.method, result.flow) == ("bidirectional", flow)
    assert result.scores.keys() >= {"mIoU", "WIoU"}
    frames = tmp_path / "frames"
    frames.mkdir()
    for index in range(5):
        write_png(torch.full((3, 64, 96), 50 * index, dtype=torch.uint8), str(frames / f"{index}.png"))
    predicted = run_here("predict.py", *chosen, f"video={frames}", f"output={tmp_path / 'labels'}")
    assert predicted.status == 0, predicted.err
    assert len(list((tmp_path / "labels").iterdir())) == 5


@pytest.mark.parametrize("propagation", ["dff", "accel"])
def test_what_belongs_to_no_segment_is_not_moved_by_segments_flow(run_here, propagation):
    answer = run_here("train.py", *SMALL, f"propagation={propagation}", NARROW)
    assert answer.status == 1
    assert "belong to no segment; QueryFlow estimates one" in answer.err
    assert "Choose flow=optical_flow" in answer.err


def test_flow_is_pretrained_and_starts_the_motion_encoder(run_here, tmp_path):
    pretrained = run_here(
        "train.py", "experiment=pretrain_flow", "trainer=cpu", "trainer.max_steps=1", "trainer.val_check_interval=1",
        "logger=csv", "data.height=64", "data.width=96", "data.batch_size=2", "data.num_workers=0",
        "data.val_videos=2", NARROW, FLOWNET_STEPS,
    )  # fmt: skip
    assert pretrained.status == 0, pretrained.err
    metrics = (tmp_path / "out" / "csv" / "metrics.csv").read_text()
    assert "val/EPE" in metrics
    assert "val/zero_EPE" in metrics
    checkpoint = (tmp_path / "out" / "checkpoints" / "last.ckpt").rename(tmp_path / "flow.ckpt")
    started = run_here("train.py", *SMALL, NARROW, STEPS, f"weights.encoder={checkpoint}")
    assert started.status == 0, started.err
