"""A prepared data set is whole, whatever happened on the way."""

import fcntl
import os
import shutil
import signal
from collections import namedtuple

import numpy as np
import pytest
from PIL import Image

from mpvss.data import ClipFolder
from mpvss.data.health.preparation import prepare_480p


@pytest.fixture
def source(tmp_path):
    """Return VSPW as it was shot, in small: two clips of two frames, one of them with a mask less, and a test clip."""
    root = tmp_path / "VSPW"
    random = np.random.default_rng(0)
    for clip, size, num_masks in (("beach", (12, 600), 2), ("alley", (70, 600), 2), ("hall", (10, 540), 0)):
        for folder in ("origin", "mask"):
            (root / "data" / clip / folder).mkdir(parents=True)
        for frame in range(2):
            colours = random.integers(0, 256, (*size[::-1], 3)).astype(np.uint8)
            Image.fromarray(colours).save(root / "data" / clip / "origin" / f"{frame:08d}.jpg")
            if frame < num_masks:
                codes = Image.fromarray(random.integers(0, 4, size[::-1]).astype(np.uint8))
                codes.save(root / "data" / clip / "mask" / f"{frame:08d}.png")
    for split, clips in {"train": "beach", "val": "alley\n", "test": "hall"}.items():
        (root / f"{split}.txt").write_text(clips)
    (root / "label_num_dic_final.json").write_text('{"others": "0", "a": "1", "b": "2", "c": "3"}')
    return root


def _content(root):
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.mark.parametrize("num_workers", [0, 2])
def test_everything_is_scaled_and_can_be_trained_on(source, tmp_path, num_workers):
    target = tmp_path / "480p"
    assert prepare_480p(source, target, num_workers, 95) == (3, 10, 0, [])
    assert _content(target).keys() == _content(source).keys()  # and nothing hidden beside them
    for name in ("train.txt", "val.txt", "test.txt", "label_num_dic_final.json"):
        assert (target / name).read_bytes() == (source / name).read_bytes()
    assert ClipFolder(target, "val").read(0, 1)[0].shape == (3, 480, 56)
    assert prepare_480p(source, target, num_workers, 95) == (3, 0, 10, [])


@pytest.mark.parametrize("kill_at", [1, 4, 11])
def test_a_run_that_was_killed_and_started_again_gives_what_an_uninterrupted_one_does(source, tmp_path, kill_at):
    prepare_480p(source, tmp_path / "whole", 0, 95)
    child = os.fork()
    if child == 0:
        calls = iter(range(1, kill_at + 1))
        rename = os.replace

        def rename_or_die(partial, path):
            if next(calls) == kill_at:
                os.kill(os.getpid(), signal.SIGKILL)
            rename(partial, path)

        # The renames of the samples that tell the size go elsewhere; those into the target count.
        os.replace = lambda partial, path: (rename_or_die if "killed" in str(path) else rename)(partial, path)
        prepare_480p(source, tmp_path / "killed", 0, 95)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    left = _content(tmp_path / "killed")
    assert sum(".partial" not in name and name != ".prepare_data.lock" for name in left) == kill_at - 1
    assert any(".partial" in name for name in left)

    report = prepare_480p(source, tmp_path / "killed", 0, 95)
    assert (report.num_written, report.num_kept) == (10 - min(kill_at - 1, 10), min(kill_at - 1, 10))
    assert _content(tmp_path / "killed") == _content(tmp_path / "whole")


def test_damage_of_the_source_is_named_and_the_rest_is_done(source, tmp_path):
    (source / "data" / "beach" / "origin" / "00000000.jpg").write_bytes(b"")
    (source / "data" / "alley" / "mask" / "00000001.png").write_bytes(b"torn")
    (source / "data" / "alley" / "mask" / "00000000.png").unlink()
    report = prepare_480p(source, tmp_path / "480p", 0, 95)
    assert (report.num_written, report.num_kept) == (7, 0)
    named = [problem.partition(" ")[0].removeprefix(f"{source}/data/") for problem in report.problems]
    assert named == ["beach/origin/00000000.jpg", "alley/origin/00000000.jpg", "alley/mask/00000001.png"]


@pytest.mark.parametrize("target", ["VSPW", "VSPW/480p", "."])
def test_source_and_target_must_be_apart(source, tmp_path, target):
    with pytest.raises(ValueError, match="source and target must be apart"):
        prepare_480p(source, tmp_path / target, 0, 95)


def test_a_missing_source_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"There is no folder .*nowhere\. Expected VSPW as it was shot"):
        prepare_480p(tmp_path / "nowhere", tmp_path / "480p", 0, 95)


def _lose_the_lists(source):
    for path in source.glob("*.txt"):
        path.unlink()


def _lose_the_clips(source):
    shutil.rmtree(source / "data")


def _lose_the_frames(source):
    for path in source.rglob("*.jpg"):
        path.unlink()


@pytest.mark.parametrize("damage", [_lose_the_lists, _lose_the_clips, _lose_the_frames])
def test_a_source_that_is_not_vspw_is_refused_with_what_was_expected(source, tmp_path, damage):
    damage(source)
    with pytest.raises(ValueError, match=r"(?s)is not VSPW.*<root>/data/<clip>/origin/<frame>\.jpg"):
        prepare_480p(source, tmp_path / "480p", 0, 95)
    assert not (tmp_path / "480p").exists()


def test_what_has_480_lines_already_is_refused(source, tmp_path):
    prepare_480p(source, tmp_path / "480p", 0, 95)
    with pytest.raises(ValueError, match=r"has frames of 480 lines already\. Use it as it is: data=vspw data\.root="):
        prepare_480p(tmp_path / "480p", tmp_path / "again", 0, 95)


def test_too_small_a_disk_is_found_before_the_start(source, tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(0, 0, 1000))
    with pytest.raises(ValueError, match=r"480p needs about \d\.\d GB more; its disk has 0\.0 GB left"):
        prepare_480p(source, tmp_path / "480p", 0, 95)
    assert _content(tmp_path / "480p") == {}


def test_two_runs_do_not_work_on_one_target(source, tmp_path):
    target = tmp_path / "480p"
    target.mkdir()
    with (target / ".prepare_data.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(ValueError, match="Another run is still at work on"):
            prepare_480p(source, target, 0, 95)
