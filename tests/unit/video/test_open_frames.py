from fractions import Fraction

import pytest
import torch
from torchvision.io import write_png

from mpvss.video import FrameFolder, VideoReader, open_frames


def test_a_file_is_read_as_video(make_video, tmp_path):
    with open_frames(make_video(tmp_path / "a.mp4")) as reader:
        assert isinstance(reader, VideoReader)


def test_a_folder_is_read_as_pictures_at_the_given_rate(tmp_path):
    write_png(torch.zeros(3, 13, 22, dtype=torch.uint8), str(tmp_path / "a.png"))
    with open_frames(tmp_path, folder_rate=Fraction(24)) as reader:
        assert isinstance(reader, FrameFolder)
        assert reader.frame_rate == 24


def test_a_source_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"gone\.mp4"):
        open_frames(tmp_path / "gone.mp4")
