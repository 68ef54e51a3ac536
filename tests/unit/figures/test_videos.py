from fractions import Fraction

import pytest
import torch
from torchvision.io import decode_image

from mpvss.data import VideoSource
from mpvss.drawing import contact_sheet, flow_to_rgb
from mpvss.figures import write_contact_sheet, write_methods_video, write_overlay_video
from mpvss.inference import VideoSegmenter
from mpvss.propagation import FixedInterval, PerFrame
from mpvss.video import VideoReader

LENGTHS = (5, 3)


class GreyVideos(VideoSource):
    """Videos of even grey, whose brightness and label rise from frame to frame."""

    def __init__(self, classes, size):
        self.classes, self.size = classes, size

    def __len__(self):
        return len(LENGTHS)

    def name(self, video):
        return str(video)

    def num_frames(self, video):
        return LENGTHS[video]

    def read(self, video, frame):
        brightness = 40 * frame + 10 * video
        return (
            torch.full((3, *self.size), brightness, dtype=torch.uint8),
            torch.full(self.size, brightness // 64, dtype=torch.uint8),
        )


@pytest.fixture
def segmenter(propagator):
    return VideoSegmenter(propagator, FixedInterval(2), with_flow=True)


@pytest.mark.parametrize(("size", "shown"), [((13, 22), (52, 88)), ((240, 33), (240, 33))])
def test_the_video_shows_all_frames_of_all_videos_and_small_ones_four_times_as_large(
    segmenter, classes, tmp_path, size, shown
):
    source = GreyVideos(classes, size)
    write_overlay_video(segmenter, source, [1, 0], tmp_path / "new" / "overlay.mp4", Fraction(7, 2))
    with VideoReader(tmp_path / "new" / "overlay.mp4") as reader:
        frames = list(reader)
        assert (len(frames), reader.size, reader.frame_rate) == (8, shown, Fraction(7, 2))
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["overlay.mp4"]
    # Interval 2: the labels of brightnesses 10, 50 and 90, then of 0, 40, 80, 120 and 160.
    predicted = [10 // 64, (10 + 50) // 2 // 64, 90 // 64, 0, 40 // 2 // 64, 80 // 64, (80 + 120) // 2 // 64, 160 // 64]
    for frame, brightness, label in zip(frames, [10, 50, 90, 0, 40, 80, 120, 160], predicted, strict=True):
        expected = (torch.tensor(classes.colours[label]) + brightness) / 2
        assert (frame[:, -1, 0] - expected).abs().max() <= 12  # the bottom left corner, without legend; H.264 is lossy


def test_an_interrupted_video_leaves_an_earlier_one_as_it_was(segmenter, classes, tmp_path):
    (tmp_path / "overlay.mp4").write_text("earlier")
    segmenter.schedule = interrupt_at_two
    with pytest.raises(KeyboardInterrupt):
        write_overlay_video(segmenter, GreyVideos(classes, (13, 22)), [0], tmp_path / "overlay.mp4")
    assert [file.read_text() for file in tmp_path.iterdir()] == ["earlier"]


def interrupt_at_two(index, since_key, frame, state):
    if index == 2:
        raise KeyboardInterrupt
    return True


def test_the_sheet_has_a_row_per_frame_and_four_columns(segmenter, classes, tmp_path):
    write_contact_sheet(segmenter, GreyVideos(classes, (13, 22)), 0, 4, tmp_path / "new" / "sheet.png")
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["sheet.png"]
    sheet = decode_image(str(tmp_path / "new" / "sheet.png"))

    titles = ["frame", "flow to the key frame", "prediction", "truth"]
    captions = ["frame 0, key frame", "frame 1", "frame 2, key frame", "frame 3"]
    numbered = [[torch.full((3, 13, 22), 4 * row + column) for column in range(4)] for row in range(4)]
    plan = contact_sheet(numbered, titles, captions)  # a sheet of the same size, whose cells can be told apart
    assert sheet.shape == plan.shape
    assert torch.equal(sheet[plan >= 16], plan[plan >= 16])  # titles and captions

    # Frame 3 shows (80 + 120) / 2, class 1, whose query's flow is (1, 10); before it, all that moves is class 0.
    flow = flow_to_rgb(torch.tensor([1.0, 10.0])[:, None, None])[:, 0, 0]
    white = torch.full((3,), 255)
    for index, (predicted, moved) in enumerate([(0, white), (0, white), (1, white), (1, flow)]):
        grey = 40 * index
        expected = [
            torch.full((3,), grey),
            moved,
            (torch.tensor(classes.colours[predicted]) + grey) / 2,
            (torch.tensor(classes.colours[grey // 64]) + grey) / 2,
        ]
        for column, colour in enumerate(expected):
            rows, columns = (plan[0] == 4 * index + column).nonzero().unbind(1)
            corner = sheet[:, rows.max(), columns.min()]  # the bottom left one, without legend
            assert (corner - colour).abs().max() <= 1, (index, column)


def test_a_sheet_of_what_does_not_move_is_white_where_it_shows_flow(segmenter, classes, tmp_path):
    write_contact_sheet(segmenter, GreyVideos(classes, (13, 22)), 0, 2, tmp_path / "sheet.png")  # class 0: no flow
    assert (tmp_path / "sheet.png").is_file()


def test_a_sheet_that_cannot_be_written_leaves_an_earlier_one_as_it_was(segmenter, classes, tmp_path, monkeypatch):
    def fail(image, path):
        raise OSError("no space left")

    (tmp_path / "sheet.png").write_text("earlier")
    monkeypatch.setattr("mpvss.figures.videos.write_png", fail)
    with pytest.raises(OSError, match="no space"):
        write_contact_sheet(segmenter, GreyVideos(classes, (13, 22)), 0, 4, tmp_path / "sheet.png")
    assert [file.read_text() for file in tmp_path.iterdir()] == ["earlier"]


def test_a_sheet_needs_flow(propagator, classes, tmp_path):
    segmenter = VideoSegmenter(propagator, FixedInterval(1), with_flow=True)
    with pytest.raises(ValueError, match="shows flow; got a segmenter without any"):
        write_contact_sheet(segmenter, GreyVideos(classes, (13, 22)), 0, 3, tmp_path / "sheet.png")
    assert not list(tmp_path.iterdir())


@pytest.fixture
def segmenters(model):
    return {
        "every frame": VideoSegmenter(PerFrame(model.segmentor).eval(), FixedInterval(2)),
        "moved": VideoSegmenter(model, FixedInterval(2)),
    }


def chunks(lengths, labelled):
    for length in lengths:
        frames = torch.full((length, 3, 48, 72), 100, dtype=torch.uint8)
        yield frames, torch.ones(length, 48, 72, dtype=torch.uint8) if labelled else None


@pytest.mark.parametrize("labelled", [True, False])
def test_every_frame_shows_all_methods_and_says_which_are_key_frames(segmenters, classes, sheets, tmp_path, labelled):
    path = tmp_path / "video.mp4"
    write_methods_video(segmenters, chunks([3, 2], labelled), classes, path, "clip", Fraction(7))
    with VideoReader(path) as reader:
        assert len(list(reader)) == 5
        assert reader.frame_rate == 7
        assert all(side % 2 == 0 for side in reader.size)  # players ask for that
    titles = [title for _, row, _ in sheets for title in row]
    first = ["frame"] + ["truth"] * labelled
    key, other = ["every frame, key frame", "moved, key frame"], ["every frame", "moved"]
    assert titles == [*first, *key, *first, *other, *first, *key, *first, *other, *first, *key]


def test_a_video_without_frames_is_refused(segmenters, classes, tmp_path):
    with pytest.raises(ValueError, match="without frames"):
        write_methods_video(segmenters, [], classes, tmp_path / "video.mp4", "clip", Fraction(7))
    assert not list(tmp_path.iterdir())
