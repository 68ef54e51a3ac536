"""Each kind of damage is found, named, and survived by a run that leaves bad clips out."""

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision.io import write_png

from mpvss.data import ClipFolder, Kind, write_bad_clips
from mpvss.data.health.clip_findings import walk
from mpvss.data.health.findings import bad_clips, findings


@pytest.fixture
def find(inspectors):
    """A function that looks for problems."""

    def found(has_pairs=True):
        opened = inspectors()
        return findings(opened, walk(opened, 0), "train", has_pairs)

    return found


def _files(clip):
    return clip / "origin" / "00001.jpg", clip / "mask" / "00001.png"


def empty_file(clip):
    _files(clip)[0].write_bytes(b"")


def cut_short(clip):
    path = _files(clip)[0]
    path.write_bytes(path.read_bytes()[:-30])


def no_mask(clip):
    _files(clip)[1].unlink()


def no_frame(clip):
    _files(clip)[0].unlink()


def no_folder(clip):
    clip.rename(clip.parents[1] / "elsewhere")


def no_file(clip):
    for path in clip.rglob("0*"):
        path.unlink()


def one_frame(clip):
    for frame in (1, 2):
        (clip / "origin" / f"{frame:05d}.jpg").unlink()
        (clip / "mask" / f"{frame:05d}.png").unlink()


def two_files(clip):
    write_png(torch.ones(3, 11, 16, dtype=torch.uint8), str(clip / "origin" / "00001.png"))


def wrong_order(clip):
    for path in clip.rglob("0*"):
        path.rename(path.with_name(f"{int(path.stem) + 9}{path.suffix}"))  # 9, 10, 11


def other_size(clip):
    write_png(torch.ones(1, 11, 15, dtype=torch.uint8), str(_files(clip)[1]))


def changing_size(clip):
    Image.new("RGB", (8, 6)).save(_files(clip)[0])
    Image.new("L", (8, 6)).save(_files(clip)[1])


def unknown_label(clip):
    write_png(torch.full((1, 11, 16), 4, dtype=torch.uint8), str(_files(clip)[1]))


def in_colours(clip):
    write_png(torch.ones(3, 11, 16, dtype=torch.uint8), str(_files(clip)[1]))


def of_16_bits(clip):
    Image.fromarray(np.ones((11, 16), np.uint16)).save(_files(clip)[1])


def leak(clip):
    (clip.parents[1] / "val.txt").write_text("coast\nbeach\n")


@pytest.mark.parametrize(
    ("damage", "kind", "file"),
    [
        (empty_file, Kind.EMPTY_FILE, "/origin/00001.jpg"),
        (cut_short, Kind.UNREADABLE, "/origin/00001.jpg"),
        (no_mask, Kind.MISSING_MASK, "/origin/00001.jpg"),
        (no_frame, Kind.MISSING_FRAME, "/mask/00001.png"),
        (no_folder, Kind.MISSING_FOLDER, "/origin"),
        (no_file, Kind.NO_FRAMES, "/origin"),
        (one_frame, Kind.ONE_FRAME, ""),
        (two_files, Kind.DOUBLE_FRAME, "/origin/00001.jpg"),
        (wrong_order, Kind.WRONG_ORDER, "/origin/9.jpg"),
        (other_size, Kind.WRONG_SIZE, "/mask/00001.png"),
        (changing_size, Kind.CHANGING_SIZE, ""),
        (unknown_label, Kind.UNKNOWN_LABEL, "/mask/00001.png"),
        (in_colours, Kind.WRONG_FORMAT, "/mask/00001.png"),
        (of_16_bits, Kind.WRONG_FORMAT, "/mask/00001.png"),
        (leak, Kind.LEAK, ""),
    ],
)
def test_damage_is_found_named_and_survived(root, find, damage, kind, file):
    assert find() == []
    clip = root / "data" / "beach"
    damage(clip)
    found = find()
    assert {(finding.split, finding.clip, finding.problem.kind) for finding in found} == {("train", "beach", kind)}
    assert f"{clip}{file}" in {finding.problem.file for finding in found}
    assert not any(finding.problem.is_note for finding in found)
    assert len(found) == (2 if kind is Kind.MISSING_FOLDER else 1)

    write_bad_clips(root / "bad_clips.txt", bad_clips(found))
    source = ClipFolder(root, "train", ["sky", "road", "car"], skip_bad_clips=True)
    assert [source.name(video) for video in range(len(source))] == ["alley"]
    assert [source.read(0, frame)[1].shape for frame in range(2)] == [(11, 16)] * 2
    ClipFolder(root, "val", ["sky", "road", "car"], skip_bad_clips=True).read(0, 0)


def test_a_finding_says_severity_kind_split_file_and_what_came(root, find):
    unknown_label(root / "data" / "beach")
    (finding,) = find()
    start = f"error: unknown label in train: {root}/data/beach/mask/00001.png holds label 4; with 3 classes"
    assert str(finding).startswith(start)


def test_a_clip_listed_twice_is_an_error_of_the_list(root, find):
    (root / "train.txt").write_text("beach\nalley\nbeach\n")
    (finding,) = find()
    assert (finding.clip, finding.problem.kind) == ("", Kind.DUPLICATE_ENTRY)
    assert bad_clips([finding]) == {}


def test_a_single_frame_is_a_note_where_no_pairs_are_made_of_it(root, find):
    one_frame(root / "data" / "beach")
    (finding,) = find(has_pairs=False)
    assert (finding.problem.kind, finding.problem.is_note) == (Kind.ONE_FRAME, True)
    assert bad_clips([finding]) == {}


def test_a_folder_that_no_split_lists_is_a_note(root, find):
    (root / "train.txt").write_text("beach\n")
    (finding,) = find()
    assert (finding.clip, finding.problem.kind, finding.problem.is_note) == ("alley", Kind.UNLISTED_CLIP, True)
    assert "alley is there, but not in train, val, test" in str(finding)


def test_folders_of_listed_clips_are_not_taken_for_clips_that_no_split_lists(root, find):
    (root / "data" / "sea").mkdir()
    (root / "data" / "beach").rename(root / "data" / "sea" / "beach")
    (root / "train.txt").write_text("sea/beach\nalley\n")
    assert find() == []


def test_test_clips_without_masks_are_a_note(root, find):
    for path in (root / "data" / "drive" / "mask").iterdir():
        path.unlink()
    (finding,) = find()
    assert (finding.split, finding.problem.kind, finding.problem.is_note) == ("test", Kind.UNLABELLED_CLIP, True)
