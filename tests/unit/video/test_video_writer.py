from fractions import Fraction

import av
import pytest
import torch

from mpvss.video import VideoReader, VideoWriter


def write(path, frames, frame_rate=Fraction(25)):
    with VideoWriter(path, frame_rate, tuple(frames.shape[-2:])) as writer:
        for frame in frames:
            writer.write(frame)


def colour_bars(num_frames, size):
    """Frames of flat coloured stripes, which survive compression nearly unchanged."""
    colours = torch.tensor([[220, 30, 60], [40, 180, 90], [30, 60, 200], [240, 230, 20]], dtype=torch.uint8)
    columns = torch.arange(size[1]) * 4 // size[1]
    return colours[columns].T[None, :, None].expand(num_frames, -1, size[0], -1).contiguous()


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".mov"])
@pytest.mark.parametrize("frame_rate", [Fraction(30000, 1001), Fraction(15), Fraction(24000, 1001)])
def test_number_of_frames_rate_and_size_are_kept_exactly(make_noise, tmp_path, suffix, frame_rate):
    path = tmp_path / f"a{suffix}"
    write(path, make_noise(13, (30, 40)), frame_rate)
    with VideoReader(path) as reader:
        assert len(list(reader)) == 13
        assert (reader.frame_rate, reader.size, reader.problem) == (frame_rate, (30, 40), None)


@pytest.mark.parametrize("size", [(48, 64), (47, 64), (48, 63), (47, 63)])
def test_colours_come_back_at_even_and_odd_sizes(tmp_path, size):
    frames = colour_bars(3, size)
    write(tmp_path / "a.mp4", frames)
    with VideoReader(tmp_path / "a.mp4") as reader:
        read = torch.stack(list(reader))
    assert read.shape == frames.shape
    inside = [size[1] * (2 * bar + 1) // 8 for bar in range(4)]  # the middle of each stripe
    assert (read[..., inside].int() - frames[..., inside].int()).abs().max() <= 8


def test_colours_are_named_so_that_players_need_not_guess(tmp_path):
    write(tmp_path / "a.mp4", colour_bars(1, (30, 40)))
    with av.open(str(tmp_path / "a.mp4")) as container:
        codec = container.streams.video[0].codec_context
        assert (codec.colorspace, codec.color_range, codec.color_primaries, codec.color_trc) == (1, 1, 1, 1)


def test_only_odd_sizes_give_up_the_widely_shown_pixel_format(tmp_path):
    for size, pixel_format in (((30, 40), "yuv420p"), ((31, 40), "yuv444p")):
        write(tmp_path / "a.mp4", colour_bars(1, size))
        with av.open(str(tmp_path / "a.mp4")) as container:
            assert container.streams.video[0].pix_fmt == pixel_format


def test_an_existing_file_is_replaced_and_folders_are_made(make_noise, tmp_path):
    path = tmp_path / "new" / "a.mp4"
    path.parent.mkdir()
    path.write_text("old")
    write(path, make_noise(2, (30, 40)))
    write(tmp_path / "deep" / "er" / "a.mp4", make_noise(2, (30, 40)))
    with VideoReader(path) as reader:
        assert len(list(reader)) == 2
    assert [file.name for file in path.parent.iterdir()] == ["a.mp4"]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_an_error_leaves_the_earlier_file_and_nothing_else(make_noise, tmp_path, error):
    path = tmp_path / "a.mp4"
    path.write_text("old")

    def write_and_fail():
        with VideoWriter(path, Fraction(25), (30, 40)) as writer:
            writer.write(make_noise(1, (30, 40))[0])
            raise error

    with pytest.raises(error):
        write_and_fail()
    assert path.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["a.mp4"]


def test_a_video_without_frames_is_refused_and_leaves_nothing(tmp_path):
    with pytest.raises(ValueError, match="without frames"), VideoWriter(tmp_path / "a.mp4", Fraction(25), (30, 40)):
        pass
    assert not list(tmp_path.iterdir())


def test_another_ending_is_refused_with_those_allowed(tmp_path):
    with pytest.raises(ValueError, match=r"must end in \.mp4, \.mkv, \.mov; got .*a\.gif"):
        VideoWriter(tmp_path / "a.gif", Fraction(25), (30, 40))


def test_a_frame_of_another_size_is_refused(make_noise, tmp_path):
    with (
        pytest.raises(ValueError, match=r"must be \(3, 30, 40\) uint8; got \(3, 30, 42\)"),
        VideoWriter(tmp_path / "a.mp4", Fraction(25), (30, 40)) as writer,
    ):
        writer.write(make_noise(1, (30, 42))[0])
