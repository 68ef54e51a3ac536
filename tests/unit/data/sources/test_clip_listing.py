"""A listing says all that names and sizes of files tell, and goes on after what is wrong."""

from pathlib import Path

import pytest

from mpvss.data.health.problems import Kind
from mpvss.data.sources.clip_listing import ClipListing


def _write(root: Path, clip: str, frames: list[str], masks: list[str]) -> None:
    for folder, names in (("origin", frames), ("mask", masks)):
        (root / "data" / clip / folder).mkdir(parents=True)
        for name in names:
            (root / "data" / clip / folder / name).write_bytes(b"some")


def _list(root: Path, *clips: str, **options: bool) -> ClipListing:
    (root / "val.txt").write_text("\n".join(clips))
    return ClipListing(root, "val", **options)


def _found(root: Path, *clips: str, **options: bool) -> list[tuple[Kind, str]]:
    listing = _list(root, *clips, **options)
    return [(p.kind, str(Path(p.file).relative_to(root))) for clip in listing.clips for p in clip.problems]


def test_a_whole_clip_has_its_frames_in_the_order_of_their_names_and_no_problem(tmp_path):
    _write(tmp_path, "beach", ["3.jpg", "1.PNG", "2.jpeg"], ["2.png", "1.png", "3.png"])
    (clip,) = _list(tmp_path, "beach").clips
    assert clip == ("beach", ("1.PNG", "2.jpeg", "3.jpg"), frozenset(), ())


def test_everything_that_is_wrong_is_listed_at_once(tmp_path):
    _write(tmp_path, "beach", ["1.jpg", "2.jpg"], ["2.png", "3.png"])
    _write(tmp_path, "alley", [], [])
    (tmp_path / "data" / "beach" / "mask" / "2.png").write_bytes(b"")
    assert _found(tmp_path, "beach", "cave", "alley") == [
        (Kind.EMPTY_FILE, "data/beach/mask/2.png"),
        (Kind.MISSING_MASK, "data/beach/origin/1.jpg"),
        (Kind.MISSING_FRAME, "data/beach/mask/3.png"),
        (Kind.MISSING_FOLDER, "data/cave/origin"),
        (Kind.MISSING_FOLDER, "data/cave/mask"),
        (Kind.NO_FRAMES, "data/alley/origin"),
    ]
    assert _list(tmp_path, "beach").clips[0].unmasked == {"1.jpg"}


def test_a_problem_says_what_was_expected_and_what_came(tmp_path):
    _write(tmp_path, "beach", ["1.jpg"], [])
    (problem,) = _list(tmp_path, "beach").clips[0].problems
    clip = tmp_path / "data" / "beach"
    assert str(problem) == f"{clip}/origin/1.jpg has no label map {clip}/mask/1.png"
    assert isinstance(problem.error("Restore it."), FileNotFoundError)


def test_a_clip_listed_twice_is_taken_once_and_reported(tmp_path):
    _write(tmp_path, "beach", ["1.jpg"], ["1.png"])
    listing = _list(tmp_path, "beach", "beach", "beach")
    assert [clip.name for clip in listing.clips] == ["beach"]
    (problem,) = listing.problems
    assert problem.kind is Kind.DUPLICATE_ENTRY
    assert str(problem) == f"{tmp_path}/val.txt must list each clip once; got beach 3 times"


def test_two_files_of_one_frame_are_reported_with_both_names(tmp_path):
    _write(tmp_path, "beach", ["1.jpg", "1.png"], ["1.png"])
    (problem,) = _list(tmp_path, "beach").clips[0].problems
    assert problem.kind is Kind.DOUBLE_FRAME
    assert problem.file.endswith("1.jpg")
    assert "got 1.png as well" in problem.text


def test_names_that_do_not_sort_as_their_numbers_are_out_of_order(tmp_path):
    names = ["8", "9", "10"]
    _write(tmp_path, "beach", [f"{name}.jpg" for name in names], [f"{name}.png" for name in names])
    assert _found(tmp_path, "beach") == [(Kind.WRONG_ORDER, "data/beach/origin/8.jpg")]
    (problem,) = _list(tmp_path, "beach").clips[0].errors
    assert "must come before 10.jpg" in problem.text


@pytest.mark.parametrize(
    ("numbers", "missing_before"),
    [((1, 2, 4, 5), "0004"), ((0, 30, 60, 120), "0120"), ((0, 30, 61, 91), None), ((5,), None), ((2, 9), None)],
)
def test_a_gap_in_the_numbers_is_a_note(tmp_path, numbers, missing_before):
    names = [f"{number:04d}" for number in numbers]
    _write(tmp_path, "beach", [f"{name}.jpg" for name in names], [f"{name}.png" for name in names])
    expected = [(Kind.NUMBERING_GAP, f"data/beach/origin/{missing_before}.jpg")] if missing_before else []
    assert _found(tmp_path, "beach") == expected
    assert _list(tmp_path, "beach").clips[0].errors == ()


def test_names_without_numbers_have_no_order_to_keep(tmp_path):
    _write(tmp_path, "beach", ["a1.jpg", "b0.jpg"], ["a1.png", "b0.png"])
    assert _found(tmp_path, "beach") == []


def test_clips_without_masks_are_a_note_where_they_may_lack_them(tmp_path):
    _write(tmp_path, "beach", ["1.jpg"], [])
    assert _found(tmp_path, "beach", needs_masks=False) == [(Kind.UNLABELLED_CLIP, "data/beach")]
    _write(tmp_path, "cave", ["1.jpg", "2.jpg"], ["2.png"])
    assert _found(tmp_path, "cave", needs_masks=False) == [(Kind.MISSING_MASK, "data/cave/origin/1.jpg")]


def test_hidden_files_and_broken_links_are_no_frames(tmp_path):
    _write(tmp_path, "beach", ["1.jpg", ".2.partial.jpg"], ["1.png"])
    (tmp_path / "data" / "beach" / "origin" / "3.jpg").symlink_to(tmp_path / "nowhere.jpg")
    assert _list(tmp_path, "beach").clips[0].frames == ("1.jpg",)


def test_a_clip_may_be_in_a_folder_of_folders(tmp_path):
    _write(tmp_path, "sea/beach", ["1.jpg"], ["1.png"])
    listing = _list(tmp_path, "sea/beach")
    assert [clip.name for clip in listing.clips] == ["sea/beach"]
    assert listing.folder("sea/beach") == tmp_path / "data" / "sea" / "beach"
    assert listing.clips[0].problems == ()
