"""Cityscapes' protocol through the command lines, on snippets of noise."""

import pytest
import torch
from torchvision.io import decode_image, write_png

from mpvss.evaluation.record import read_record

SNIPPETS = ("aachen_000003_000019", "hanover_000000_000029")
LABEL_IDS = (7, 8, 11, 12, 13, 17, *range(19, 29), 31, 32, 33)
SMALL = (
    "backbone=tiny", "data=cityscapes", "data.root=cityscapes", "data.train_split=val", "data.crop=[32,64]",
    "data.num_workers=0", "data.batch_size=1", "segmentor.num_queries=6", "segmentor.dim=32", "segmentor.num_heads=2",
    "segmentor.encoder_layers=1", "segmentor.decoder_layers=2", "criterion.num_points=64", "flow=copy", "trainer=cpu",
    "trainer.max_steps=1", "trainer.val_check_interval=1", "optim.effective_batch=1", "logger=csv", "interval=3",
)  # fmt: skip

STAGE_1 = tuple(override for override in SMALL if override not in ("data=cityscapes", "flow=copy"))


@pytest.fixture
def cityscapes(tmp_path):
    """Two snippets of 20 frames in the data set's layout; labels are ids of classes, and some void."""
    torch.manual_seed(0)
    for stem in SNIPPETS:
        city, sequence, last = stem.split("_")
        frames, labels = (tmp_path / "cityscapes" / part / "val" / city for part in ("leftImg8bit_sequence", "gtFine"))
        frames.mkdir(parents=True)
        labels.mkdir(parents=True)
        for number in range(int(last) - 19, int(last) + 1):
            noise = torch.randint(256, (3, 40, 66), dtype=torch.uint8)
            write_png(noise, str(frames / f"{city}_{sequence}_{number:06d}_leftImg8bit.png"))
        ids = torch.randint(34, (1, 5, 6), dtype=torch.uint8).repeat_interleave(8, 1).repeat_interleave(11, 2)
        write_png(ids, str(labels / f"{stem}_gtFine_labelIds.png"))
    return tmp_path / "cityscapes"


def test_labelled_frames_are_scored_from_key_frames_at_every_distance(run_here, cityscapes, tmp_path):
    trained = run_here("train.py", *SMALL)
    assert trained.status == 0, trained.err
    assert "val/mIoU" in (tmp_path / "out" / "csv" / "metrics.csv").read_text()
    checkpoint = tmp_path / "model.ckpt"
    content = torch.load(tmp_path / "out" / "checkpoints" / "last.ckpt", weights_only=True)
    for key, value in content["state_dict"].items():
        if "query_decoder.class_head" in key or "query_decoder.mask_head" in key:
            value.mul_(20)  # so that it does not say the same everywhere
    torch.save(content, checkpoint)

    command = ("eval.py", f"methods={{copy:null,per_frame:null,model:{checkpoint}}}", "intervals=[1,3]")
    answer = run_here(*command, "predictions_to=labels")
    assert answer.status == 0, answer.err
    record = read_record(tmp_path / "out")
    found = {(result.method, result.interval): result for result in record.results}
    assert (record.data, record.num_videos, record.num_frames) == ("cityscapes", 2, 2)
    assert list(found) == [("copy", 1), ("copy", 3), ("per_frame", 1), ("model", 1), ("model", 3)]
    assert found["copy", 1].scores == found["per_frame", 1].scores
    far = found["copy", 3]
    assert far.scores.keys() == {"mIoU", "WIoU", "pixel_accuracy"}  # one frame of a video has no consistency
    assert far.scores["mIoU"] == pytest.approx(sum(far.drift.values()) / 3)
    assert far.drift[0] == found["copy", 1].scores["mIoU"]
    assert len(set(far.drift.values())) == 3

    assert run_here(*command, "metrics.gaps=grid").status == 0
    grid = {(result.method, result.interval): result for result in read_record(tmp_path / "out").results}
    assert grid["copy", 3].scores["mIoU"] == far.drift[19 % 3]

    files = sorted((tmp_path / "labels" / "copy-interval3").rglob("*.png"))
    assert [file.parent.name for file in files] == list(SNIPPETS)
    assert set(decode_image(str(files[0])).unique().tolist()) <= set(LABEL_IDS)
    answer = run_here("eval.py", *SMALL[1:3], "predictions=labels/copy-interval3")
    assert answer.status == 0, answer.err
    assert read_record(tmp_path / "out").results[0].scores["mIoU"] == far.drift[19 % 3]


def test_stage_1_sees_labelled_frames_alone_and_its_model_propagates_on_snippets(run_here, cityscapes, tmp_path):
    for frame in cityscapes.glob("leftImg8bit_sequence/*/*/*"):
        name = frame.name.removesuffix("_leftImg8bit.png")
        if name in SNIPPETS:
            labelled = cityscapes / "leftImg8bit" / "val" / frame.parent.name / frame.name
            labelled.parent.mkdir(parents=True)
            labelled.write_bytes(frame.read_bytes())
    trained = run_here("train.py", "experiment=cityscapes_segmentor", *STAGE_1)
    assert trained.status == 0, trained.err
    (tmp_path / "out" / "checkpoints" / "last.ckpt").rename(tmp_path / "model.ckpt")
    evaluation = ("data=cityscapes", "data.root=cityscapes", "data.num_workers=0", "ckpt_path=model.ckpt", "interval=3")
    answer = run_here("eval.py", *evaluation, "propagation=masks", "flow=copy")
    assert answer.status == 0, answer.err
    (result,) = read_record(tmp_path / "out").results
    assert set(result.drift) == {0, 1, 2}


def test_the_oracle_says_that_it_needs_labelled_key_frames(run_here, cityscapes):
    answer = run_here("eval.py", *SMALL[1:3], "data.num_workers=0", "segmentor=ground_truth", "flow=copy", "interval=3")
    assert answer.status == 1
    assert "needs the labels of key frames; only some frames of these data are labelled" in answer.err
