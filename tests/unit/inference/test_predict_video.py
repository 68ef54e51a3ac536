from fractions import Fraction

import pytest
import torch
from torchvision.io import decode_image, write_png

from mpvss.inference import VideoSegmenter, predict_video
from mpvss.propagation.key_frames import FixedInterval
from mpvss.video import VideoReader

BRIGHTNESS = [10, 200, 90, 255, 130, 70, 0]


@pytest.fixture
def segmenter(propagator):
    return VideoSegmenter(propagator, FixedInterval(3))


@pytest.fixture
def folder(tmp_path):
    """Seven grey frames, whose labels with interval 3 are known."""
    folder = tmp_path / "frames"
    folder.mkdir()
    for index, brightness in enumerate(BRIGHTNESS):
        write_png(torch.full((3, 13, 22), brightness, dtype=torch.uint8), str(folder / f"cam_{index}.png"))
    return folder


@pytest.mark.parametrize("size", [(30, 40), (31, 41)])
def test_the_overlay_video_has_the_size_rate_and_frames_of_its_source(segmenter, classes, make_video, tmp_path, size):
    source = make_video(tmp_path / "in.mkv", num_frames=13, size=size, codec="ffv1", pixel_format="bgr0")
    report = predict_video(segmenter, source, tmp_path / "out.mp4", classes, chunk=4, progress=False)
    assert report == (13, 13, None)
    with VideoReader(tmp_path / "out.mp4") as reader:
        assert len(list(reader)) == 13
        assert (reader.frame_rate, reader.size) == (Fraction(30000, 1001), size)


@pytest.mark.parametrize("chunk", [1, 2, 16])
def test_label_maps_are_named_after_the_frames_and_right_for_any_chunk(segmenter, classes, folder, tmp_path, chunk):
    report = predict_video(segmenter, folder, tmp_path / "labels", classes, chunk=chunk, progress=False)
    assert report == (7, 7, None)
    for index, brightness in enumerate(BRIGHTNESS):
        expected = int((BRIGHTNESS[index - index % 3] + brightness) / 2) // 64
        labels = decode_image(str(tmp_path / "labels" / f"cam_{index}.png"))
        assert torch.equal(labels, torch.full((1, 13, 22), expected, dtype=torch.uint8))


@pytest.mark.parametrize("chunk", [1, 2, 16])
def test_frames_that_wait_for_a_key_frame_are_written_in_order_under_their_own_names(
    looking_ahead, classes, folder, tmp_path, chunk
):
    segmenter = VideoSegmenter(looking_ahead, FixedInterval(4))
    report = predict_video(segmenter, folder, tmp_path / "labels", classes, chunk=chunk, progress=False)
    assert report == (7, 7, None)
    # Key frames are 0 and 4; 1 to 3 lie between 10 and 130, 5 and 6 follow 130.
    brightness = [10, 40, 70, 100, 130, (130 + 70) // 2, (130 + 0) // 2]
    for index, mixed in enumerate(brightness):
        labels = decode_image(str(tmp_path / "labels" / f"cam_{index}.png"))
        assert labels.unique().tolist() == [mixed // 64], index


def test_label_maps_of_a_video_are_numbered(segmenter, classes, make_video, tmp_path):
    predict_video(segmenter, make_video(tmp_path / "in.mp4", num_frames=3), tmp_path / "out", classes, progress=False)
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == [f"{index:08d}.png" for index in range(3)]


def test_a_folder_becomes_a_video_at_the_given_rate(segmenter, classes, folder, tmp_path):
    output = tmp_path / "out.mp4"
    predict_video(segmenter, folder, output, classes, folder_rate=Fraction(24000, 1001), progress=False)
    with VideoReader(output) as reader:
        assert (len(list(reader)), reader.frame_rate) == (7, Fraction(24000, 1001))


def test_frames_are_tinted_in_the_colour_of_their_class(segmenter, classes, folder, tmp_path):
    predict_video(segmenter, folder, tmp_path / "out.mkv", classes, progress=False)
    with VideoReader(tmp_path / "out.mkv") as reader:
        first = next(iter(reader))
    expected = (torch.tensor(classes.colours[0]) + 10) / 2
    assert (first[:, -1, 0] - expected).abs().max() <= 10


def test_each_call_starts_a_new_video(segmenter, classes, folder, make_video, tmp_path):
    predict_video(segmenter, make_video(tmp_path / "in.mp4"), tmp_path / "a.mp4", classes, progress=False)
    predict_video(segmenter, folder, tmp_path / "labels", classes, progress=False)
    labels = decode_image(str(tmp_path / "labels" / "cam_0.png"))
    assert torch.equal(labels, torch.zeros(1, 13, 22, dtype=torch.uint8))


def test_a_source_that_ends_early_is_completed_with_the_frames_there_are(segmenter, classes, make_video, tmp_path):
    source = make_video(tmp_path / "in.mp4")
    source.write_bytes(source.read_bytes()[: int(0.6 * source.stat().st_size)])
    report = predict_video(segmenter, source, tmp_path / "out.mp4", classes, progress=False)
    assert 0 < report.frames_read == report.frames_written < 12
    assert f"decoded {report.frames_read} of 12 frames" in report.problem
    with VideoReader(tmp_path / "out.mp4") as reader:
        assert len(list(reader)) == report.frames_written
        assert reader.problem is None


def test_a_source_damaged_in_the_middle_is_segmented_and_the_loss_reported(segmenter, classes, make_video, tmp_path):
    source = make_video(tmp_path / "in.mp4", num_frames=24)
    content = bytearray(source.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 1500] = bytes(1500)
    source.write_bytes(content)
    report = predict_video(segmenter, source, tmp_path / "out", classes, progress=False)
    assert len(list((tmp_path / "out").iterdir())) == report.frames_read >= 12
    assert "decode errors: " in report.problem or "damaged frames: " in report.problem


@pytest.mark.parametrize("output", ["out.mp4", "out"])
def test_an_interruption_leaves_no_output(segmenter, classes, folder, tmp_path, output):
    segmenter.schedule = interrupt_at_four
    with pytest.raises(KeyboardInterrupt):
        predict_video(segmenter, folder, tmp_path / output, classes, chunk=2, progress=False)
    assert [file.name for file in tmp_path.iterdir()] == ["frames"]


def interrupt_at_four(index, since_key, frame, state):
    if index == 4:
        raise KeyboardInterrupt
    return True


def test_an_output_of_unknown_kind_is_refused_with_those_there_are(segmenter, classes, folder, tmp_path):
    with pytest.raises(ValueError, match=r"\.mp4, \.mkv, \.mov for an overlay video, or have no ending .*out\.gif"):
        predict_video(segmenter, folder, tmp_path / "out.gif", classes, progress=False)


def test_the_source_is_never_replaced(segmenter, classes, folder):
    with pytest.raises(ValueError, match="must not replace the source"):
        predict_video(segmenter, folder, folder.parent / "." / "frames", classes, progress=False)


def test_a_chunk_of_zero_is_refused(segmenter, classes, folder, tmp_path):
    with pytest.raises(ValueError, match="chunk must be at least 1 frame; got 0"):
        predict_video(segmenter, folder, tmp_path / "out", classes, chunk=0)


def test_a_missing_source_is_named(segmenter, classes, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no\.mp4"):
        predict_video(segmenter, tmp_path / "no.mp4", tmp_path / "out.mp4", classes)


def test_the_progress_bar_shows_rate_and_count(segmenter, classes, folder, tmp_path, capsys):
    predict_video(segmenter, folder, tmp_path / "out", classes)
    shown = capsys.readouterr().out
    assert "7/7" in shown
    assert "frames/s" in shown
