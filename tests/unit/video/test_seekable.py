"""Any frame of a video is read exactly, in whatever order."""

import random
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
import torch

from mpvss.video.container import open_video, upright_rgb
from mpvss.video.seekable import SeekableVideo, index_video

NUM_FRAMES = 26
OPEN_GOP = {"g": "8", "x264-params": "open-gop=1:bframes=3:b-pyramid=normal:scenecut=0"}


def _write(path: Path, codec: str, options: dict[str, str], varies: bool = False, num_frames: int = NUM_FRAMES) -> Path:
    """Write frames of different brightness, with a square that moves; at times that vary from 7 to 90 ms, if asked."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt, stream.options = 48, 32, "yuv420p", options
        if varies:
            stream.codec_context.time_base = Fraction(1, 1000)
        time = 0
        for index in range(num_frames):
            pixels = np.full((32, 48, 3), 9 * index, np.uint8)
            pixels[index : index + 8, index : index + 9] = (255, 0, index)
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            if varies:
                frame.pts, frame.time_base = time, Fraction(1, 1000)
                time += random.Random(index).randint(7, 90)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def _in_order(path: Path) -> list[torch.Tensor]:
    with open_video(path) as container:
        return [upright_rgb(frame) for frame in container.decode(video=0)]


@pytest.mark.parametrize("varies", [False, True], ids=["constant rate", "variable rate"])
@pytest.mark.parametrize(
    ("name", "codec", "options"),
    [
        ("a.mp4", "libx264", {"g": "7", "bf": "3"}),
        ("a.mp4", "libx264", {"g": "2", "bf": "2"}),
        ("a.mp4", "libx264", OPEN_GOP),
        ("a.mkv", "libx264", OPEN_GOP),
        ("a.ts", "libx264", {"g": "7", "bf": "3"}),
        ("a.webm", "libvpx-vp9", {"g": "7"}),
        ("a.mp4", "mpeg4", {"g": "7", "bf": "2"}),
    ],
    ids=["B-frames", "short GOPs", "open GOPs", "open GOPs in mkv", "ts", "vp9", "mpeg4"],
)
def test_every_frame_in_random_order_is_what_playing_shows(tmp_path, name, codec, options, varies):
    path = _write(tmp_path / name, codec, options, varies)
    expected = _in_order(path)
    index = index_video(path)
    video = SeekableVideo(path, index)
    assert len(index.times) == len(expected) == NUM_FRAMES
    order = [*range(NUM_FRAMES), *range(NUM_FRAMES)]
    random.Random(0).shuffle(order)
    for frame in order:
        assert torch.equal(upright_rgb(video.read(frame)), expected[frame])


def test_the_frames_tell_each_other_apart(tmp_path):
    frames = _in_order(_write(tmp_path / "a.mp4", "libx264", {}))
    assert all((one.float() - other.float()).abs().mean() > 3 for one, other in pairwise(frames))


def test_the_last_frame_may_be_followed_by_the_first(tmp_path):
    path = _write(tmp_path / "a.mp4", "libx264", {"g": "50", "bf": "3"})
    expected, video = _in_order(path), SeekableVideo(path, index_video(path))
    for frame in (NUM_FRAMES - 1, 0, NUM_FRAMES - 1, NUM_FRAMES - 1, NUM_FRAMES - 2):
        assert torch.equal(upright_rgb(video.read(frame)), expected[frame])


def test_reading_on_decodes_only_what_is_new(tmp_path, monkeypatch):
    path = _write(tmp_path / "a.mp4", "libx264", {"g": "50", "sc_threshold": "0"})
    video = SeekableVideo(path, index_video(path))
    seeks = []
    monkeypatch.setattr(
        SeekableVideo, "_seek", lambda self, key, seek=SeekableVideo._seek: (seeks.append(key), seek(self, key))
    )
    for frame in (3, 4, 9, 9, 20):
        video.read(frame)
    assert seeks == [0]
    video.read(8)
    assert seeks == [0, 0]


def test_frames_that_were_cut_off_the_beginning_are_not_counted(tmp_path):
    """As cutting without encoding anew leaves them: in the file, for the frames that refer to them, but not shown."""
    whole = _write(tmp_path / "whole.mp4", "libx264", {"g": "50", "bf": "0"})
    path = tmp_path / "cut.mp4"
    with av.open(str(whole)) as source, av.open(str(path), "w") as container:
        stream = container.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.size:
                shift = int(5 / 25 / packet.time_base)
                packet.pts, packet.dts, packet.stream = packet.pts - shift, packet.dts - shift, stream
                container.mux(packet)
    expected = _in_order(path)
    index = index_video(path)
    video = SeekableVideo(path, index)
    assert len(index.times) == len(expected) == NUM_FRAMES - 5
    for frame in (20, 0, 7):
        assert torch.equal(upright_rgb(video.read(frame)), expected[frame])


def test_a_video_that_was_cut_short_is_refused_at_the_frame_that_is_missing(tmp_path):
    path = _write(tmp_path / "a.mkv", "libx264", {"g": "7"})
    index, content = index_video(path), path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    video = SeekableVideo(path, index)
    assert upright_rgb(video.read(0)).shape == (3, 32, 48)
    with pytest.raises(ValueError, match=rf"a\.mkv: frame {NUM_FRAMES - 1} of {NUM_FRAMES} cannot be decoded.*ffmpeg"):
        video.read(NUM_FRAMES - 1)
    assert upright_rgb(video.read(0)).shape == (3, 32, 48)  # it goes on with what there is


def test_frames_without_times_of_their_own_are_refused(tmp_path):
    path = _write(tmp_path / "a.h264", "libx264", {"bf": "2"})
    with pytest.raises(ValueError, match=r"a\.h264 cannot be read frame by frame: .*ffmpeg -i a\.h264"):
        index_video(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no\.mp4"):
        index_video(tmp_path / "no.mp4")
