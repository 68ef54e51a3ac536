import struct
from fractions import Fraction

import av
import numpy as np
import pytest
import torch

from mpvss.video import VideoReader


def read(path):
    with VideoReader(path) as reader:
        frames = list(reader)
        return frames, reader


def damage(path, start, length):
    """Overwrite bytes in the middle of a file; `start` is a share of its length."""
    content = bytearray(path.read_bytes())
    first = int(start * len(content))
    content[first : first + length] = bytes(length)
    path.write_bytes(content)


@pytest.mark.parametrize("size", [(30, 40), (31, 41), (17, 64)])
def test_every_pixel_of_every_frame_is_read(make_video, make_noise, tmp_path, size):
    path = make_video(tmp_path / "a.mkv", num_frames=7, size=size, codec="ffv1", pixel_format="bgr0")
    frames, reader = read(path)
    assert torch.equal(torch.stack(frames), make_noise(7, size))
    assert reader.size == size
    assert reader.problem is None


@pytest.mark.parametrize("frame_rate", [Fraction(30000, 1001), Fraction(25), Fraction(15), Fraction(24000, 1001)])
@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".avi"])
def test_rate_and_number_of_frames_are_exact(make_video, tmp_path, frame_rate, suffix):
    frames, reader = read(make_video(tmp_path / f"a{suffix}", num_frames=11, frame_rate=frame_rate))
    assert (len(frames), reader.num_frames, reader.frame_rate) == (11, 11, frame_rate)
    assert reader.problem is None


def test_a_container_that_does_not_count_its_frames_promises_none(make_video, tmp_path):
    frames, reader = read(make_video(tmp_path / "a.mkv"))
    assert (len(frames), reader.num_frames, reader.problem) == (12, None, None)


def test_frames_are_named_by_their_index(make_video, tmp_path):
    with VideoReader(make_video(tmp_path / "a.mp4", num_frames=3)) as reader:
        assert [reader.frame_name for _ in reader] == ["00000000", "00000001", "00000002"]


@pytest.mark.parametrize(
    ("matrix", "quarter_turns"),
    [((0, 1, -1, 0), -1), ((-1, 0, 0, -1), 2), ((0, -1, 1, 0), 1)],
    ids=["clockwise", "upside down", "counter-clockwise"],
)
def test_a_video_filmed_sideways_is_turned_upright(make_video, tmp_path, matrix, quarter_turns):
    path = make_video(tmp_path / "a.mp4", num_frames=2)
    upright = read(path)[0][0]
    content = bytearray(path.read_bytes())
    # Display matrix of the track header (ISO 14496-12): a, b, u, c, d, v, ..., 40 bytes after its version field.
    start = content.index(b"tkhd") + 4 + 40
    a, b, c, d = (65536 * entry for entry in matrix)
    content[start : start + 20] = struct.pack(">5i", a, b, 0, c, d)
    path.write_bytes(content)
    frames, reader = read(path)
    turned = upright.rot90(quarter_turns, dims=(1, 2))
    assert torch.equal(frames[0], turned)
    assert reader.size == turned.shape[1:]


def test_a_video_that_ends_early_gives_what_there_is_and_says_so(make_video, tmp_path):
    path = make_video(tmp_path / "a.mp4")
    path.write_bytes(path.read_bytes()[: int(0.6 * path.stat().st_size)])
    frames, reader = read(path)
    assert 0 < len(frames) < 12
    assert f"decoded {len(frames)} of 12 frames" in reader.problem


def test_a_video_without_frame_count_that_ends_early_is_found_out_by_its_duration(make_video, tmp_path):
    path = make_video(tmp_path / "a.mkv")
    path.write_bytes(path.read_bytes()[: int(0.6 * path.stat().st_size)])
    frames, reader = read(path)
    assert 0 < len(frames) < 11
    assert f"decoded {len(frames)} frames, {len(frames) * 1001 / 30000:.2f} of 0.40 s" in reader.problem


def test_damage_in_the_middle_does_not_stop_the_reading(make_video, tmp_path):
    path = make_video(tmp_path / "a.mp4", num_frames=24)
    whole, _ = read(path)
    damage(path, start=0.5, length=1500)
    frames, reader = read(path)
    assert len(frames) >= 12
    assert torch.equal(frames[0], whole[0])
    assert torch.equal(frames[-1], whole[-1])  # beyond the damage, after the next intra frame
    assert "decode errors: " in reader.problem or "damaged frames: " in reader.problem


def test_nothing_is_reported_before_the_last_frame_was_read(make_video, tmp_path):
    path = make_video(tmp_path / "a.mp4")
    path.write_bytes(path.read_bytes()[: int(0.6 * path.stat().st_size)])
    with VideoReader(path) as reader:
        assert reader.problem is None


def test_reading_stops_with_a_report_where_the_size_changes(make_video, tmp_path):
    # Raw H.264 may simply be strung together.
    first = make_video(tmp_path / "a.h264", num_frames=5, size=(30, 40))
    second = make_video(tmp_path / "b.h264", num_frames=5, size=(20, 60))
    first.write_bytes(first.read_bytes() + second.read_bytes())
    frames, reader = read(first)
    assert len(frames) == 5
    assert "frame 5 changes the size from 30x40 to 20x60" in reader.problem


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no\.mp4 should be a video file, but there is none"):
        VideoReader(tmp_path / "no.mp4")


@pytest.mark.parametrize("content", ["", "no video, but a text\n" * 50], ids=["empty", "text"])
def test_a_file_that_is_no_video_is_refused_by_name(tmp_path, content):
    path = tmp_path / "a.mp4"
    path.write_text(content)
    with pytest.raises(ValueError, match=r"a\.mp4 should be a video, but cannot be opened as one"):
        VideoReader(path)


def test_a_file_with_sound_only_is_refused(tmp_path):
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=16000)
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        silence.sample_rate = 16000
        container.mux(stream.encode(silence))
        container.mux(stream.encode())
    with pytest.raises(ValueError, match="should hold a video stream; its streams are: audio"):
        VideoReader(path)


def test_a_video_without_a_single_readable_frame_is_refused(make_video, tmp_path):
    path = make_video(tmp_path / "a.mp4")
    content = path.read_bytes()
    path.write_bytes(content[: content.index(b"mdat") + 20])
    with pytest.raises(ValueError, match="none of its frames can be decoded"):
        VideoReader(path)
