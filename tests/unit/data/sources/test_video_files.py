"""Video files give the frames and labels that are in them."""

from pathlib import Path

import av
import numpy as np
import pytest
import torch
from PIL import Image
from torch.utils.data import DataLoader

from mpvss.data.datamodule import PairDataModule
from mpvss.data.loading.chunks import VideoChunks
from mpvss.data.pairs.endless import EndlessPairs
from mpvss.data.pairs.video_pairs import VideoPairs
from mpvss.data.sources.video_files import VideoFiles, open_videos
from mpvss.types import VOID

NAMES = ("sky", "road", "tree")
SIZES = {"beach": (34, 48), "alley": (48, 34)}
NUM_FRAMES = 7


def _pixels(name: str) -> np.ndarray:
    """(T, H, W, 3) noise, all of it different."""
    seed = sum(map(ord, name))
    return np.random.default_rng(seed).integers(0, 256, (NUM_FRAMES, *SIZES[name], 3), dtype=np.uint8)


def _codes(name: str) -> np.ndarray:
    seed = sum(map(ord, name))
    return np.random.default_rng(seed).integers(0, 4, (NUM_FRAMES, *SIZES[name]), dtype=np.uint8)


def _write(path: Path, frames: np.ndarray, given: str, pixel_format: str, codec: str = "ffv1") -> Path:
    path.parent.mkdir(exist_ok=True)
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=15)
        stream.height, stream.width, stream.pix_fmt = *frames.shape[1:3], pixel_format
        for frame in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format=given)))
        container.mux(stream.encode())
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with two lossless videos, of different shapes."""
    for name in SIZES:
        _write(tmp_path / "videos" / f"{name}.mkv", _pixels(name), "rgb24", "bgr0")
    (tmp_path / "videos" / "notes.md").write_text("no video")
    return tmp_path / "videos"


def _label_videos(folder: Path, pixel_format: str = "gray") -> Path:
    for name in SIZES:
        codes = _codes(name)
        grey = (codes, "gray") if pixel_format == "gray" else (np.repeat(codes[..., None], 3, axis=-1), "rgb24")
        _write(folder.parent / "labels" / f"{name}.mkv", *grey, pixel_format)
    return folder.parent / "labels"


def _label_folders(folder: Path) -> Path:
    for name in SIZES:
        (folder.parent / "labels" / name).mkdir(parents=True)
        for frame, codes in enumerate(_codes(name), start=5):  # from 5 to 11: by length first
            Image.fromarray(codes).save(folder.parent / "labels" / name / f"{frame}.png")
    return folder.parent / "labels"


def _check(source: VideoFiles, labelled: bool) -> None:
    """Compare every frame, in a scattered order, with what was written, pixel by pixel."""
    assert [source.name(video) for video in range(len(source))] == sorted(SIZES)
    for video, name in enumerate(sorted(SIZES)):
        assert source.num_frames(video) == NUM_FRAMES
        for frame in (4, 0, 6, 5, 1, 3, 2):
            image, labels = source.read(video, frame)
            assert np.array_equal(image.permute(1, 2, 0).numpy(), _pixels(name)[frame])
            assert labels.dtype == torch.uint8
            codes = _codes(name)[frame]
            for y in range(SIZES[name][0]):
                for x in range(SIZES[name][1]):
                    assert labels[y, x] == (codes[y, x] - 1 if labelled and codes[y, x] else VOID)


def test_without_labels_everything_is_void(folder):
    _check(VideoFiles(folder, class_names=NAMES), labelled=False)


@pytest.mark.parametrize("pixel_format", ["gray", "bgr0"])
def test_labels_may_be_videos_of_grey_codes(folder, pixel_format):
    _check(VideoFiles(folder, _label_videos(folder, pixel_format), NAMES), labelled=True)


def test_labels_may_be_folders_of_one_png_per_frame(folder):
    _check(VideoFiles(folder, _label_folders(folder), NAMES), labelled=True)


def test_videos_may_be_a_pattern_or_a_list(folder, tmp_path):
    (tmp_path / "list.txt").write_text("videos/alley.mkv\n\nvideos/beach.mkv\n")
    for files in (f"{folder}/*.mkv", f"{tmp_path}/**/*.mkv", tmp_path / "list.txt"):
        _check(VideoFiles(files, class_names=NAMES), labelled=False)


@pytest.mark.parametrize("place", ["labels/beach.mkv", "labels/beach", "labels"])
def test_the_labels_of_a_single_video_may_be_named_themselves(folder, place):
    (_label_videos if place.endswith("mkv") else _label_folders)(folder)
    source = VideoFiles(folder / "beach.mkv", folder.parent / place, NAMES)
    assert len(source) == 1
    assert source.read(0, 3)[1].tolist() == np.where(_codes("beach")[3], _codes("beach")[3] - 1, VOID).tolist()


def test_classes_may_come_from_a_file_with_codes_of_its_own(folder, tmp_path):
    text = "- {name: sky, codes: [0]}\n- {name: road, codes: [1, 2]}\n- {name: void, codes: [3]}\n"
    (tmp_path / "classes.yaml").write_text(text)
    source = VideoFiles(folder, _label_videos(folder), class_file=tmp_path / "classes.yaml")
    assert source.classes.names == ("sky", "road")
    assert source.read(1, 2)[1].tolist() == np.array([0, 1, 1, VOID])[_codes("beach")[2]].tolist()


def test_processes_that_read_ahead_give_the_same_frames(folder):
    source = VideoFiles(folder, _label_videos(folder), NAMES)
    first = source.read(0, 0)  # opens a file here
    frames = _Frames(source)
    read = list(DataLoader(frames, batch_size=None, num_workers=2))
    for index, (image, labels) in enumerate(read):
        assert np.array_equal(image.permute(1, 2, 0).numpy(), _pixels(sorted(SIZES)[index // 7])[index % 7])
        assert torch.equal(labels, frames[index][1])
    assert torch.equal(first[0], read[0][0])


class _Frames:
    def __init__(self, source: VideoFiles) -> None:
        self.source = source

    def __len__(self) -> int:
        return 14

    def __getitem__(self, index: int) -> tuple[torch.Tensor, torch.Tensor]:
        return self.source.read(index // 7, index % 7)


def test_training_without_validation_has_no_clips(folder):
    def train():
        return EndlessPairs(VideoPairs(VideoFiles(folder / "beach.mkv", class_names=NAMES), max_gap=2))

    module = PairDataModule(train, VideoChunks.of(open_videos(None)), batch_size=2, num_workers=0, num_classes=3)
    module.setup("fit")
    batch = next(iter(module.train_dataloader()))
    assert batch.labels.eq(VOID).all()
    assert module.classes.names == NAMES
    assert module.val_dataloader() == []
    with pytest.raises(ValueError, match="no videos to evaluate on"):
        module.setup("validate")


def test_names_keep_the_folders_in_which_files_differ(tmp_path):
    for place in ("x", "y"):
        _write(tmp_path / place / "a.mkv", _pixels("beach"), "rgb24", "bgr0")
    source = VideoFiles(f"{tmp_path}/*/a.mkv", class_names=NAMES)
    assert [source.name(0), source.name(1)] == ["x/a", "y/a"]


def test_unnamed_classes_are_asked_for_with_an_example(folder):
    with pytest.raises(ValueError, match=r"(?s)data\.class_names, or set data\.class_file.*name: sky"):
        VideoFiles(folder)


def test_no_video_is_reported(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"No video at .*nothing.*drive/\*\.mp4"):
        VideoFiles(tmp_path / "nothing", class_names=NAMES)


def test_a_file_that_is_no_video_is_named(folder):
    (folder / "cellar.mp4").write_text("no video")
    with pytest.raises(ValueError, match=r"cellar\.mp4 should be a video"):
        VideoFiles(folder, class_names=NAMES)


def test_a_video_without_labels_is_named_with_their_place(folder):
    labels = _label_videos(folder)
    (labels / "beach.mkv").unlink()
    with pytest.raises(FileNotFoundError, match=r"No labels of .*videos/beach\.mkv: expected .*labels/beach\.mkv"):
        VideoFiles(folder, labels, NAMES)


def test_labels_in_two_places_are_refused(folder):
    _label_videos(folder)
    with pytest.raises(ValueError, match="must have its labels in one place"):
        VideoFiles(folder, _label_folders(folder), NAMES)


def test_another_number_of_label_maps_is_refused(folder):
    labels = _label_folders(folder)
    (labels / "beach" / "11.png").unlink()
    with pytest.raises(ValueError, match=r"beach\.mkv must have its labels: it has 7 frames, but there are 6"):
        VideoFiles(folder, labels, NAMES)


def test_labels_of_another_size_are_named(folder):
    labels = _label_folders(folder)
    Image.fromarray(np.zeros((3, 4), np.uint8)).save(labels / "beach" / "6.png")
    with pytest.raises(
        ValueError, match=r"beach/6\.png must have the size of its frame 1 of beach\.mkv, 48x34; got 4x3"
    ):
        VideoFiles(folder, labels, NAMES).read(1, 1)


def test_an_unknown_code_is_named_with_its_frame(folder):
    labels = _label_videos(folder)
    with pytest.raises(ValueError, match=r"beach\.mkv, frame 2, holds label 3; with 2 classes"):
        VideoFiles(folder, labels, NAMES[:2]).read(1, 2)


@pytest.mark.parametrize(("pixel_format", "found"), [("bgr0", "colours"), ("yuv420p", "pixels of format yuv420p")])
def test_a_label_video_that_is_not_grey_is_refused(folder, pixel_format, found):
    _write(folder.parent / "labels.mkv", _pixels("beach"), "rgb24", pixel_format)
    with pytest.raises(ValueError, match=rf"labels\.mkv, frame 0, must hold label codes as grey values; got {found}"):
        VideoFiles(folder / "beach.mkv", folder.parent / "labels.mkv", NAMES).read(0, 0)
