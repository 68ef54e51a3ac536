from fractions import Fraction

import pytest
import torch
from torchvision.io import write_jpeg, write_png

from mpvss.video import FrameFolder

RATE = Fraction(15)


def grey(brightness, size=(13, 22)):
    return torch.full((3, *size), brightness, dtype=torch.uint8)


def test_frames_come_in_the_natural_order_of_their_names(tmp_path):
    for number in (1, 2, 10):
        write_png(grey(number), str(tmp_path / f"frame_{number}.png"))
    folder = FrameFolder(tmp_path, RATE)
    assert [(int(frame[0, 0, 0]), folder.frame_name) for frame in folder] == [
        (1, "frame_1"),
        (2, "frame_2"),
        (10, "frame_10"),
    ]
    assert (folder.num_frames, folder.size, folder.frame_rate, folder.problem) == (3, (13, 22), RATE, None)


def test_every_pixel_is_kept(make_noise, tmp_path):
    frame = make_noise(1, (13, 22))[0]
    write_png(frame, str(tmp_path / "a.png"))
    assert torch.equal(next(iter(FrameFolder(tmp_path, RATE))), frame)


def test_jpeg_and_png_are_mixed_and_other_files_passed_over(tmp_path):
    write_jpeg(grey(50), str(tmp_path / "a.JPG"), quality=100)
    write_png(grey(80), str(tmp_path / "b.png"))
    (tmp_path / "notes.txt").write_text("not a frame")
    (tmp_path / ".hidden.png").write_text("not a frame")
    assert [int(frame[0, 0, 0]) for frame in FrameFolder(tmp_path, RATE)] == [50, 80]


def test_a_grey_picture_is_given_three_channels(tmp_path):
    write_png(grey(50)[:1], str(tmp_path / "a.png"))
    assert torch.equal(next(iter(FrameFolder(tmp_path, RATE))), grey(50))


def test_unreadable_and_misfit_pictures_are_left_out_and_named(tmp_path):
    (tmp_path / "a.png").write_bytes(b"")
    write_png(grey(1), str(tmp_path / "b.png"))
    write_png(grey(2, (9, 7)), str(tmp_path / "c.png"))
    write_png(grey(3), str(tmp_path / "d.png"))
    folder = FrameFolder(tmp_path, RATE)
    assert folder.problem is None
    assert [int(frame[0, 0, 0]) for frame in folder] == [1, 3]
    assert "2 of 4 pictures left out: a.png cannot be decoded, c.png is 9x7, not 13x22" in folder.problem


def test_a_long_list_of_losses_is_cut_short(tmp_path):
    write_png(grey(1), str(tmp_path / "a.png"))
    for name in "bcdef":
        (tmp_path / f"{name}.jpg").write_bytes(b"no picture")
    folder = FrameFolder(tmp_path, RATE)
    assert len(list(folder)) == 1
    assert folder.problem.endswith("d.jpg cannot be decoded and 2 more")


def test_a_folder_without_a_readable_picture_is_refused(tmp_path):
    (tmp_path / "a.png").write_bytes(b"no picture")
    with pytest.raises(ValueError, match=r"none of the 1 pictures in .* can be read: a\.png cannot be decoded"):
        FrameFolder(tmp_path, RATE)


def test_a_missing_folder_and_a_folder_without_pictures_are_told_apart(tmp_path):
    with pytest.raises(FileNotFoundError, match="should be a folder of frames, but there is none"):
        FrameFolder(tmp_path / "no", RATE)
    with pytest.raises(FileNotFoundError, match="should hold frames"):
        FrameFolder(tmp_path, RATE)


def test_two_frames_of_one_name_are_refused(tmp_path):
    write_png(grey(1), str(tmp_path / "a.png"))
    write_jpeg(grey(1), str(tmp_path / "a.jpg"))
    with pytest.raises(ValueError, match=r"different names; got a\.(png and a\.jpg|jpg and a\.png)"):
        FrameFolder(tmp_path, RATE)


def test_a_rate_of_zero_is_refused(tmp_path):
    with pytest.raises(ValueError, match="must be positive; got 0"):
        FrameFolder(tmp_path, Fraction(0))
