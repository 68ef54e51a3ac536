from fractions import Fraction

import pytest
import torch
from torchvision.io import decode_image, write_png

from mpvss.inference import VideoSegmenter
from mpvss.propagation import FixedInterval
from mpvss.video import VideoReader


@pytest.fixture
def video(make_video, tmp_path):
    return make_video(tmp_path / "in.mp4", num_frames=13, size=(50, 70), frame_rate=Fraction(30000, 1001))


def test_a_video_becomes_an_overlay_with_its_frames_size_and_rate(run, checkpoint, video, tmp_path):
    answer = run("predict.py", f"ckpt_path={checkpoint}", "video=in.mp4", "output=out.mp4", "interval=5")
    assert answer.status == 0, answer.err
    assert "out.mp4: 13 frames" in answer.out
    with VideoReader(tmp_path / "out.mp4") as reader:
        assert len(list(reader)) == 13
        assert (reader.frame_rate, reader.size) == (Fraction(30000, 1001), (50, 70))
    assert not [file for file in tmp_path.iterdir() if "partial" in file.name]


def test_a_folder_of_frames_becomes_label_maps_that_the_model_gives(run_here, checkpoint, model, make_noise, tmp_path):
    frames = make_noise(7, (50, 70))
    (tmp_path / "frames").mkdir()
    for index, frame in enumerate(frames):
        write_png(frame, str(tmp_path / "frames" / f"cam_{index}.png"))
    answer = run_here("predict.py", f"ckpt_path={checkpoint}", "video=frames", "output=labels", "interval=3")
    assert answer.status == 0, answer.err
    expected = VideoSegmenter(model, FixedInterval(3)).segment(frames).labels
    for index, labels in enumerate(expected):
        assert torch.equal(decode_image(str(tmp_path / "labels" / f"cam_{index}.png"))[0], labels)


@pytest.mark.parametrize("damage", ["cut short", "damaged in the middle"])
def test_of_a_damaged_video_the_rest_is_segmented_and_the_loss_reported(run_here, checkpoint, video, tmp_path, damage):
    content = video.read_bytes()
    middle = len(content) // 2
    damaged = content[: int(0.6 * len(content))] if damage == "cut short" else bytearray(content)
    if damage != "cut short":
        damaged[middle : middle + 1500] = bytes(1500)
    video.write_bytes(damaged)
    answer = run_here("predict.py", f"ckpt_path={checkpoint}", "video=in.mp4", "output=out.mp4")
    assert answer.status == 1
    assert answer.err.startswith("error: in.mp4: ")
    assert "Traceback" not in answer.err
    with VideoReader(tmp_path / "out.mp4") as reader:
        num_frames = len(list(reader))
    assert 0 < num_frames <= 13
    assert f"out.mp4: {num_frames} frames" in answer.out
    if damage == "cut short":
        assert num_frames < 13
        assert f"decoded {num_frames} of 13 frames" in answer.err
