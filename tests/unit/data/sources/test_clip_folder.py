"""A folder in VSPW's layout is read as it should be, and damage in it is named."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor
from torchvision.io import ImageReadMode, decode_image, write_jpeg, write_png

from mpvss.data.datamodule import PairDataModule
from mpvss.data.health.problems import write_bad_clips
from mpvss.data.loading.chunks import VideoChunks
from mpvss.data.pairs.endless import EndlessPairs
from mpvss.data.pairs.video_pairs import VideoPairs
from mpvss.data.sources.clip_folder import ClipFolder
from mpvss.data.transforms.pair_transform import PairTransform
from mpvss.types import VOID

NAMES = ("sky", "road", "tree")
HEIGHT, WIDTH = 9, 14


def _image(seed: int) -> Tensor:
    return torch.randint(0, 256, (3, HEIGHT, WIDTH), generator=torch.Generator().manual_seed(seed), dtype=torch.uint8)


def _codes(seed: int) -> Tensor:
    return torch.randint(0, 4, (1, HEIGHT, WIDTH), generator=torch.Generator().manual_seed(seed), dtype=torch.uint8)


def _write_clip(root: Path, clip: str, num_frames: int) -> None:
    for folder in ("origin", "mask"):
        (root / "data" / clip / folder).mkdir(parents=True)
    # Written last to first: the order must come from the names.
    for frame in reversed(range(num_frames)):
        write_jpeg(_image(frame), str(root / "data" / clip / "origin" / f"{frame:08d}.jpg"))
        write_png(_codes(frame), str(root / "data" / clip / "mask" / f"{frame:08d}.png"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a data set of two clips, of 3 frames and of 1."""
    root = tmp_path / "clips"
    _write_clip(root, "beach", 3)
    _write_clip(root, "alley", 1)
    (root / "val.txt").write_text("beach\nalley\n")
    names = {"others": "0"} | {name: str(code) for code, name in enumerate(NAMES, start=1)}
    (root / "label_num_dic_final.json").write_text(json.dumps(names))
    return root


def test_clips_keep_the_order_of_the_list_and_frames_that_of_their_names(root):
    source = ClipFolder(root, "val")
    assert [source.name(video) for video in range(len(source))] == ["beach", "alley"]
    assert [source.num_frames(video) for video in range(len(source))] == [3, 1]
    for frame in range(3):
        image, labels = source.read(0, frame)
        path = root / "data" / "beach" / "origin" / f"{frame:08d}.jpg"
        assert torch.equal(image, decode_image(str(path), ImageReadMode.RGB))
        codes = _codes(frame)[0].long()
        expected = torch.where(codes == 0, VOID, codes - 1)
        assert torch.equal(labels.long(), expected)
        assert labels.dtype == image.dtype == torch.uint8


def test_stored_0_and_255_are_void_and_the_rest_is_shifted_by_one(root):
    codes = torch.zeros(1, HEIGHT, WIDTH, dtype=torch.uint8)
    codes[0, 0, :4] = torch.tensor([255, 1, 2, 3])
    write_png(codes, str(root / "data" / "alley" / "mask" / "00000000.png"))
    _, labels = ClipFolder(root, "val").read(1, 0)
    assert labels[0, :5].tolist() == [VOID, 0, 1, 2, VOID]


@pytest.mark.parametrize("text", ["beach\nalley", "\nbeach\n\n  \nalley\n\n", "beach\r\nalley\r\n"])
def test_the_list_may_lack_its_last_newline_and_have_blank_lines(root, text):
    (root / "val.txt").write_bytes(text.encode())
    assert len(ClipFolder(root, "val")) == 2


def test_frames_may_be_png(root):
    origin = root / "data" / "alley" / "origin"
    (origin / "00000000.jpg").unlink()
    write_png(_image(5), str(origin / "00000000.png"))
    assert torch.equal(ClipFolder(root, "val").read(1, 0)[0], _image(5))


def test_given_class_names_need_no_file(root):
    (root / "label_num_dic_final.json").unlink()
    assert ClipFolder(root, "val", ["a", "b", "c"]).classes.names == ("a", "b", "c")


def test_class_names_are_read_from_the_folder(root):
    classes = ClipFolder(root, "val").classes
    assert classes.names == NAMES
    assert len(set(classes.colours)) == 3


def test_construction_decodes_nothing(root):
    for path in (root / "data").rglob("0*"):
        path.write_bytes(b"no image")
    assert len(ClipFolder(root, "val")) == 2


def test_a_clip_of_one_frame_can_be_evaluated_but_not_paired(root, caplog):
    source = ClipFolder(root, "val")
    assert source.read(1, 0)[1].shape == (HEIGHT, WIDTH)
    assert len(EndlessPairs(VideoPairs(source, max_gap=5))) == 2
    assert "alley" in caplog.text


def test_a_missing_root_is_reported_with_layout_hint_and_way_out(tmp_path):
    with pytest.raises(FileNotFoundError) as error:
        ClipFolder(tmp_path / "nowhere", "val", NAMES, hint="Ask at the museum.")
    message = str(error.value)
    for part in (str(tmp_path / "nowhere"), "<root>/train.txt", "origin/<frame>", "museum", "data=synthetic"):
        assert part in message


def test_a_missing_list_is_named(root):
    with pytest.raises(FileNotFoundError, match=r"train\.txt") as error:
        ClipFolder(root, "train")
    assert "<root>/data/<clip>/mask" in str(error.value)


def test_an_empty_list_is_refused(root):
    (root / "val.txt").write_text("\n\n")
    with pytest.raises(ValueError, match=r"val\.txt must list at least one clip"):
        ClipFolder(root, "val")


def test_a_listed_clip_without_folder_is_named(root):
    (root / "val.txt").write_text("beach\ncave\n")
    with pytest.raises(FileNotFoundError, match="cave") as error:
        ClipFolder(root, "val")
    assert str(root / "data" / "cave" / "origin") in str(error.value)


def _drop_frame(root: Path) -> Path:
    path = root / "data" / "beach" / "origin" / "00000001.jpg"
    path.unlink()
    return path


def _drop_mask(root: Path) -> Path:
    path = root / "data" / "beach" / "mask" / "00000001.png"
    path.unlink()
    return path


def _drop_all(root: Path) -> Path:
    for path in (root / "data" / "alley").rglob("0*"):
        path.unlink()
    return root / "data" / "alley" / "origin"


@pytest.mark.parametrize("damage", [_drop_frame, _drop_mask, _drop_all])
def test_a_missing_frame_or_mask_is_named_at_once(root, damage: Callable[[Path], Path]):
    path = damage(root)
    with pytest.raises(FileNotFoundError) as error:
        ClipFolder(root, "val")
    assert str(path) in str(error.value)
    assert "val.txt" in str(error.value)


def test_a_file_that_goes_later_is_named(root):
    source = ClipFolder(root, "val")
    path = _drop_mask(root)
    with pytest.raises(FileNotFoundError) as error:
        source.read(0, 1)
    assert str(path) in str(error.value)


@pytest.mark.parametrize("kept", [0.0, 0.5])
@pytest.mark.parametrize("name", ["origin/00000001.jpg", "mask/00000001.png"])
def test_a_file_that_was_cut_short_is_named(root, name, kept):
    path = root / "data" / "beach" / name
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content))])
    with pytest.raises(ValueError, match="cannot be read as an image") as error:
        ClipFolder(root, "val").read(0, 1)
    assert str(path) in str(error.value)
    assert ".cpp" not in str(error.value)


def test_a_mask_of_another_size_is_named_with_both_sizes(root):
    path = root / "data" / "beach" / "mask" / "00000002.png"
    write_png(torch.ones(1, 4, 6, dtype=torch.uint8), str(path))
    with pytest.raises(ValueError, match=f"{WIDTH}x{HEIGHT}; got 6x4") as error:
        ClipFolder(root, "val").read(0, 2)
    assert str(path) in str(error.value)


def test_a_mask_in_colours_is_refused(root):
    path = root / "data" / "beach" / "mask" / "00000002.png"
    write_png(_image(0), str(path))
    with pytest.raises(ValueError, match="8-bit grey PNG of label codes; got 3 channels") as error:
        ClipFolder(root, "val").read(0, 2)
    assert str(path) in str(error.value)


@pytest.mark.parametrize("code", [4, 254])
def test_a_label_outside_the_classes_is_named(root, code):
    path = root / "data" / "beach" / "mask" / "00000000.png"
    codes = _codes(0)
    codes[0, 3, 4] = code
    write_png(codes, str(path))
    with pytest.raises(ValueError, match=rf"label {code}; with 3 classes") as error:
        ClipFolder(root, "val").read(0, 0)
    assert str(path) in str(error.value)


def test_missing_class_names_are_reported_with_both_ways_out(root):
    path = root / "label_num_dic_final.json"
    path.unlink()
    with pytest.raises(FileNotFoundError, match="class_names") as error:
        ClipFolder(root, "val")
    assert str(path) in str(error.value)


@pytest.mark.parametrize("text", ["not json", "[1, 2]", '{"sky": "one"}', '{"sky": "1", "road": "3"}', "{}"])
def test_unusable_class_names_are_refused(root, text):
    (root / "label_num_dic_final.json").write_text(text)
    with pytest.raises(ValueError, match=r"label_num_dic_final\.json|class names"):
        ClipFolder(root, "val")


def _empty_a_frame(root: Path) -> Path:
    path = root / "data" / "beach" / "origin" / "00000001.jpg"
    path.write_bytes(b"")
    return path


def _lose_the_folder(root: Path) -> Path:
    (root / "data" / "beach").rename(root / "beach")
    return root / "data" / "beach" / "origin"


@pytest.mark.parametrize("damage", [_drop_frame, _drop_mask, _empty_a_frame, _lose_the_folder])
def test_damage_is_refused_with_the_next_step_or_left_out_with_a_warning(root, damage, caplog):
    path = damage(root)
    with pytest.raises((ValueError, FileNotFoundError), match=r"check_data\.py.*data\.skip_bad_clips=true") as error:
        ClipFolder(root, "val")
    assert str(path) in str(error.value)
    source = ClipFolder(root, "val", skip_bad_clips=True)
    assert [source.name(video) for video in range(len(source))] == ["alley"]
    (record,) = caplog.records
    assert record.getMessage().startswith("Left out 1 of 2 clips of val.txt: beach (")
    assert str(path) in record.getMessage()


def test_clips_that_a_check_found_bad_are_left_out_of_their_split(root, caplog):
    write_bad_clips(root / "bad_clips.txt", {("val", "beach"): "torn", ("train", "alley"): "leak"})
    assert len(ClipFolder(root, "val")) == 2
    source = ClipFolder(root, "val", skip_bad_clips=True)
    assert [source.name(video) for video in range(len(source))] == ["alley"]
    assert caplog.messages == ["Left out 1 of 2 clips of val.txt: beach (torn)"]


def test_the_list_of_bad_clips_may_be_elsewhere(root, tmp_path):
    write_bad_clips(tmp_path / "list.txt", {("val", "alley"): "torn"})
    source = ClipFolder(root, "val", skip_bad_clips=str(tmp_path / "list.txt"))
    assert [source.name(video) for video in range(len(source))] == ["beach"]
    with pytest.raises(FileNotFoundError, match=r"No list of bad clips at gone\.txt"):
        ClipFolder(root, "val", skip_bad_clips="gone.txt")


def test_where_nothing_is_bad_nothing_is_left_out_or_said(root, caplog):
    assert len(ClipFolder(root, "val", skip_bad_clips=True)) == 2
    assert caplog.messages == []


def test_a_split_of_which_nothing_is_left_is_refused(root):
    _drop_mask(root)
    _drop_all(root)
    with pytest.raises(ValueError, match=r"None of the 2 clips of val\.txt is undamaged"):
        ClipFolder(root, "val", skip_bad_clips=True)


def test_a_clip_listed_twice_is_refused_or_taken_once(root, caplog):
    (root / "val.txt").write_text("beach\nalley\nbeach\n")
    with pytest.raises(ValueError, match=r"val\.txt must list each clip once; got beach 2 times"):
        ClipFolder(root, "val")
    assert len(ClipFolder(root, "val", skip_bad_clips=True)) == 2
    assert "beach 2 times; taken once" in caplog.text


def test_clips_without_labels_are_refused_with_the_way_out(root):
    shutil.rmtree(root / "data" / "beach" / "mask")
    with pytest.raises(FileNotFoundError, match=r"(?s)beach/mask.*set data\.labels=false"):
        ClipFolder(root, "val")


def test_clips_without_labels_are_void_where_they_are_allowed_and_others_keep_theirs(root):
    shutil.rmtree(root / "data" / "beach" / "mask")
    source = ClipFolder(root, "val", labels=False)
    assert [source.num_frames(video) for video in range(2)] == [3, 1]
    image, labels = source.read(0, 1)
    assert image.shape == (3, HEIGHT, WIDTH)
    assert labels.shape == (HEIGHT, WIDTH)
    assert labels.eq(VOID).all()
    assert torch.equal(source.read(1, 0)[1], ClipFolder(_only(root, "alley"), "val").read(0, 0)[1])


def test_a_clip_labelled_in_part_is_refused_even_where_labels_may_be_missing(root):
    path = _drop_mask(root)
    with pytest.raises(FileNotFoundError) as error:
        ClipFolder(root, "val", labels=False)
    assert str(path) in str(error.value)


def _only(root: Path, clip: str) -> Path:
    (root / "val.txt").write_text(clip)
    return root


def test_classes_may_come_from_yaml_with_codes_of_their_own(root):
    (root / "classes.yaml").write_text("- {name: a, colour: [1, 2, 3], codes: [0]}\n- {name: b, codes: [1, 2, 3]}\n")
    source = ClipFolder(root, "val")
    assert source.classes.names == ("a", "b")
    assert source.classes.colours[0] == (1, 2, 3)
    assert torch.equal(source.read(0, 0)[1], _codes(0)[0].clamp(max=1))


def test_no_split_is_no_clips(root):
    assert ClipFolder.open(root, None) is None
    assert len(ClipFolder.open(root, "val")) == 2


def test_clips_of_different_sizes_are_trained_on_and_evaluated(root):
    """480p is 480 high and as wide as it comes: 16:9, 4:3, and portrait."""
    for name, (height, width) in {"wide": (12, 21), "square": (12, 16), "portrait": (12, 7)}.items():
        _write_clip(root, name, 2)
        for path in (root / "data" / name).rglob("0*"):
            image = decode_image(str(path), ImageReadMode.UNCHANGED)
            resized = image.repeat(1, 2, 2)[:, :height, :width]
            (write_jpeg if path.suffix == ".jpg" else write_png)(resized, str(path))
    (root / "val.txt").write_text("wide\nsquare\nportrait")
    source = ClipFolder(root, "val")
    pairs = EndlessPairs(VideoPairs(source, max_gap=1), PairTransform((9, 11)))
    module = PairDataModule(lambda: pairs, VideoChunks(source), batch_size=3, num_workers=0)
    module.setup("fit")
    (batch,) = module.train_dataloader()
    assert batch.frame.shape == (3, 3, 9, 11)
    assert [tuple(clip.labels.shape) for clip in module.val_dataloader()] == [(2, 12, 21), (2, 12, 16), (2, 12, 7)]


def test_a_name_of_class_names_that_nobody_knows_is_refused(root):
    assert len(ClipFolder(root, "val", "vspw").classes.names) == 124
    with pytest.raises(ValueError, match="list of names, vspw or null; got ade20k"):
        ClipFolder(root, "val", "ade20k")
