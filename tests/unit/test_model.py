"""The front door from Python: `mpvss.load`, `Model.segment`, `Model.stream`, `mpvss.segment`."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from fixtures import format_1
from torchvision.io import ImageReadMode, decode_image, write_png

import mpvss
from mpvss.classes import default_colours
from mpvss.inference import VideoSegmenter
from mpvss.propagation import FixedInterval
from mpvss.types import ClassList
from mpvss.weights import save_weights


@pytest.fixture(scope="module")
def old(tmp_path_factory):
    """A checkpoint that 0.1.0 wrote."""
    path = tmp_path_factory.mktemp("old") / "old.ckpt"
    torch.save(format_1.content(), path)
    return path


@pytest.fixture(scope="module")
def model(old):
    return mpvss.load(old)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with the frames of a video."""
    path = tmp_path_factory.mktemp("frames")
    for index, frame in enumerate(format_1.frames()):
        write_png(frame, str(path / f"{index:02d}.png"))
    return path


def test_a_checkpoint_of_0_1_0_gives_the_labels_that_it_gave_then(model, folder):
    labels = torch.stack(list(model.segment(folder, interval=3)))
    then = format_1.labels()
    assert labels.shape == then.shape
    assert len(then.unique()) >= 3
    # Equal to the last pixel where it was recorded; another processor's sums may tip a pixel.
    assert (labels != then).float().mean() < 1e-3


def test_streams_files_and_chunks_give_the_same(model, folder):
    whole = list(model.segment(folder, interval=3))
    streamed = list(model.stream(format_1.frames(), interval=3))
    chunked = list(model.stream(iter(format_1.frames()), interval=3, chunk=4))
    assert len(whole) == len(streamed) == len(chunked) == format_1.NUM_FRAMES
    assert all(labels.shape == (format_1.HEIGHT, format_1.WIDTH) and labels.dtype == torch.uint8 for labels in whole)
    for one, two, three in zip(whole, streamed, chunked, strict=True):
        assert torch.equal(one, two)
        assert torch.equal(one, three)


def test_a_stream_answers_each_frame_before_it_asks_for_the_next(model):
    asked = []

    def frames():
        for index, frame in enumerate(format_1.frames()):
            asked.append(index)
            yield frame

    for index, _ in enumerate(model.stream(frames(), interval=3)):
        assert asked == list(range(index + 1))


def test_a_model_that_looks_ahead_answers_every_frame_once_it_can(old):
    ahead = mpvss.load(old, overrides=["propagation=bidirectional"])
    labels = list(ahead.stream(format_1.frames(), interval=3))
    assert len(labels) == format_1.NUM_FRAMES


def test_a_schedule_decides_in_place_of_the_interval(model, folder):
    every = list(model.segment(folder, schedule=FixedInterval(1)))
    assert all(map(torch.equal, every, model.segment(folder, interval=1)))
    assert not all(map(torch.equal, every, model.segment(folder, interval=5)))


def test_a_video_becomes_an_overlay_video_or_label_pictures(model, folder, tmp_path):
    outcome = mpvss.segment(folder, tmp_path / "out.mp4", model, interval=3, progress=False)
    assert (outcome.frames_read, outcome.frames_written, outcome.problem) == (7, 7, None)
    mpvss.segment(folder, tmp_path / "labels", model, interval=3, progress=False)
    stored = [decode_image(str(file), ImageReadMode.GRAY)[0] for file in sorted((tmp_path / "labels").iterdir())]
    assert all(map(torch.equal, stored, model.segment(folder, interval=3)))
    assert len(list(model.segment(tmp_path / "out.mp4"))) == 7


def test_weights_alone_say_what_they_are_and_masks_are_copied(tmp_path, model):
    save_weights(model.propagator.segmentor, tmp_path / "segmentor.safetensors")
    overrides = ["backbone=tiny", "segmentor.num_heads=4"]  # a backbone that weights do not tell, as heads
    loaded = mpvss.load(tmp_path / "segmentor.safetensors", overrides=overrides)
    assert loaded.config.segmentor.num_queries == 10
    assert type(loaded.propagator.flow).__name__ == "CopyFlow"
    assert loaded.classes.names == tuple(f"class {index}" for index in range(5))
    labels = list(loaded.stream(format_1.frames()[:3], interval=5))
    assert torch.equal(labels[0], labels[2])


def test_classes_may_be_named(old):
    names = ["a", "b", "c", "d", "e"]
    assert mpvss.load(old, classes=names).classes == ClassList(tuple(names), default_colours(5))
    with pytest.raises(ValueError, match=r"classes must name the 5 classes of .*old\.ckpt; got 2 names"):
        mpvss.load(old, classes=["a", "b"])
    with pytest.raises(ValueError, match="classes must be a list of names in label order; got 'road'"):
        mpvss.load(old, classes="road")


@pytest.mark.parametrize(
    ("name", "content", "error", "message"),
    [
        ("none.ckpt", None, FileNotFoundError, r"none\.ckpt: no such file or folder\. Give a checkpoint"),
        ("text.ckpt", b"no checkpoint", ValueError, r"text\.ckpt is damaged"),
        ("text.safetensors", b"no checkpoint", ValueError, r"text\.safetensors is damaged or no safetensors file"),
        ("film.mp4", b"\0\0\0\x18ftypmp42", ValueError, r"film\.mp4 is damaged"),
    ],
)
def test_what_is_no_checkpoint_is_named(tmp_path, name, content, error, message):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(error, match=message):
        mpvss.load(tmp_path / name)


def test_a_checkpoint_of_a_part_says_what_else_is_needed(tmp_path, model):
    save_weights(model.propagator.segmentor.backbone, tmp_path / "backbone.safetensors")
    with pytest.raises(ValueError, match=r"backbone\.safetensors \(mpvss\) holds no head with classes"):
        mpvss.load(tmp_path / "backbone.safetensors", overrides=["backbone=tiny"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"device": "abacus"}, "device must be one that torch has here, such as cpu.*; got abacus"),
        ({"overrides": ["flow=teleport"]}, "flow=teleport"),
        ({"overrides": ["segmentor.colour=red"]}, "segmentor.colour=red"),
        ({"overrides": "flow=copy"}, r'overrides must be a list such as \["flow=copy"\]; got'),
        ({"overrides": [3]}, r"overrides must be a list such as"),
        ({"overrides": ["ckpt_path=other"]}, "overrides choose options of the model; got ckpt_path"),
        ({"overrides": ["segmentor=ground_truth"]}, "makes no model|cannot be built|holds|does not fit"),
        ({"overrides": ["segmentor.num_heads=0"]}, "must|cannot be built"),
        ({"classes": 3}, "classes must be a list of names in label order; got 3"),
    ],
)
def test_what_does_not_fit_is_named(old, arguments, message):
    with pytest.raises(ValueError, match=message):
        mpvss.load(old, **arguments)


FRAME = format_1.frames()[0]


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (np.zeros((48, 72, 3), np.uint8), r"frame 1 must be a tensor \(3, H, W\) uint8 RGB; got ndarray"),
        (FRAME.float(), r"frame 1 must be a tensor .*got \(3, 48, 72\) float32"),
        (FRAME.permute(1, 2, 0), r"frame 1 must be a tensor .*got \(48, 72, 3\) uint8"),
        (FRAME[None], r"frame 1 must be a tensor .*got \(1, 3, 48, 72\) uint8"),
        (FRAME[:, :40], r"frame 1 is 72x40, the first 72x48"),
    ],
)
def test_a_frame_of_another_kind_or_size_is_named(model, frame, message):
    with pytest.raises(ValueError, match=message):
        list(model.stream([FRAME, frame]))


def test_the_folder_of_a_run_points_at_its_checkpoints(tmp_path, old):
    (tmp_path / "checkpoints").mkdir()
    for name in ("best", "last"):
        (tmp_path / "checkpoints" / f"{name}.ckpt").write_bytes(old.read_bytes())
    with pytest.raises(FileNotFoundError, match=r"is the folder of a run\. Give one of .*checkpoints/best\.ckpt"):
        mpvss.load(tmp_path)


def test_a_checkpoint_that_contradicts_its_own_weights_is_refused(tmp_path):
    content = format_1.content()
    content["config"]["segmentor"]["decoder_layers"] = 10**9
    torch.save(content, tmp_path / "deep.ckpt")
    with pytest.raises(ValueError, match=r"deep\.ckpt: its stored .* segmentor\.decoder_layers is 1000000000, but"):
        mpvss.load(tmp_path / "deep.ckpt")
    classes = {"names": ["one"], "colours": [[0, 0, 0]]}
    torch.save(format_1.content() | {"classes": classes}, tmp_path / "few.ckpt")
    with pytest.raises(ValueError, match=r"few\.ckpt: its stored classes are damaged: 1 names, but its weights"):
        mpvss.load(tmp_path / "few.ckpt")


def test_numbers_that_make_no_sense_are_named(model):
    with pytest.raises(ValueError, match="interval must be a whole number of frames, at least 1; got 0"):
        list(model.stream([FRAME], interval=0))
    with pytest.raises(ValueError, match="chunk must be at least 1 frame; got 0"):
        list(model.stream([FRAME], chunk=0))


def test_a_missing_video_is_named(model, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"none\.mp4"):
        list(model.segment(tmp_path / "none.mp4"))


def test_the_propagator_can_be_used_by_itself(model):
    segmenter = VideoSegmenter(model.propagator, FixedInterval(3))
    labels = segmenter.segment(torch.stack(format_1.frames())).labels
    assert all(map(torch.equal, labels, model.stream(format_1.frames(), interval=3)))
    assert str(model.device) == "cpu"
    assert model.config.segmentor.dim == 32


def test_loading_needs_no_run_of_hydra_and_works_from_any_folder(old, tmp_path):
    code = f"import mpvss; print(*mpvss.load({str(old)!r}).classes.names, sep=',')"
    answer = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert answer.stdout.count(",") == 4
    assert list(tmp_path.iterdir()) == []
