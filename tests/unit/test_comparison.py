import itertools

import pytest
import torch
from torch import nn

from mpvss.comparison import Method, compare
from mpvss.metrics import VideoMetrics
from mpvss.types import Clip, KeyState, Prediction, Segments

CLASSES, SIZE = 3, (13, 22)
MASK_SIZE = (4, 8)  # a quarter of 16x32, to which such a frame is padded


class Brightness(nn.Module):
    """Two queries: dark and bright; a non-key frame is what its key frame was, shifted to the right by a pixel.

    A key frame costs 7 x 11 multiply-accumulates for this and 3 x 5 more, another frame 3 x 5 alone.
    """

    needs_next_key = False

    def __init__(self):
        super().__init__()
        self.large, self.small = nn.Linear(7, 11), nn.Linear(3, 5)
        self.eval()

    def start(self, frame):
        self.large(torch.zeros(len(frame), 7))
        self.small(torch.zeros(len(frame), 3))
        dark = (frame[:, :1, ::4, ::4] < 128).float() * 20 - 10
        masks = torch.zeros(len(frame), 2, *MASK_SIZE)
        masks[:, :, : dark.shape[-2], : dark.shape[-1]] = torch.cat([dark, -dark], 1)
        class_logits = torch.tensor([[9.0, 0, 0, 0], [0, 9.0, 0, 0]]).expand(len(frame), -1, -1)
        return KeyState(Segments(class_logits, masks), torch.zeros(len(frame), 2, 4), frame)

    def step(self, state, frame, next_key=None):
        self.small(torch.zeros(len(frame), 3))
        classes, masks = state.segments
        return Prediction(Segments(classes, masks.roll(1, -1)), torch.ones(len(frame), 1, 2, *MASK_SIZE))


@pytest.fixture
def clips():
    """Two videos of 5 and 3 frames, the first in two clips."""
    torch.manual_seed(0)
    frames = torch.randint(256, (8, 3, *SIZE), dtype=torch.uint8)
    labels = torch.randint(CLASSES, (8, *SIZE), dtype=torch.uint8)
    return [
        Clip(frames[0:4], labels[0:4], "long", 0, 5),
        Clip(frames[4:5], labels[4:5], "long", 4, 5),
        Clip(frames[5:8], labels[5:8], "short", 0, 3),
    ]


def labels_by_hand(model, clips, interval):
    """Frame by frame, the class of the brighter of two masks at each pixel."""
    labels = []
    for clip in clips:
        for index, frame in enumerate(clip.frames[:, None], start=clip.start):
            if index % interval == 0:
                state = segments = model.start(frame)
                segments = state.segments
            else:
                segments = model.step(state, frame).segments
            masks = nn.functional.interpolate(segments.mask_logits, scale_factor=4, mode="bilinear")
            labels.append(masks[0, :, : SIZE[0], : SIZE[1]].argmax(0).to(torch.uint8))
    return labels


@pytest.mark.parametrize("interval", [1, 3])
def test_scores_are_those_of_every_video_segmented_by_hand(clips, interval):
    model, metrics = Brightness(), VideoMetrics(CLASSES, lengths=(2,))
    metrics.update(clips[0].labels, clips[0].labels, 0)  # of an earlier method, to be forgotten
    score = compare(Method("some", model, interval), clips, metrics)
    predictions = iter(labels_by_hand(model, clips, interval))
    expected = VideoMetrics(CLASSES, lengths=(2,))
    for clip in clips:
        expected.update(torch.stack([next(predictions) for _ in clip.frames]), clip.labels, clip.start)
    assert score.name == "some"
    assert score.scores == expected.compute()
    assert score.scores.keys() == {"mIoU", "WIoU", "mVC2"}
    assert 0 < score.scores["mIoU"] < 100


@pytest.mark.parametrize("interval", [1, 2, 5])
def test_cost_is_the_mean_over_an_interval(clips, interval):
    score = compare(Method("some", Brightness(), interval), clips, VideoMetrics(CLASSES))
    upsampling = 4 * 2 * 16 * 32  # four reads for each pixel of two masks
    aggregation = upsampling + 2 * CLASSES * SIZE[0] * SIZE[1]
    key, other = 7 * 11 + 3 * 5 + aggregation, 3 * 5 + aggregation
    assert score.gmacs * 1e9 == pytest.approx((key + (interval - 1) * other) / interval)


def test_speed_is_frames_over_the_time_that_segmentation_takes(clips, monkeypatch):
    times = itertools.accumulate(itertools.cycle([10.0, 0.5]))  # 10 s between clips, 0.5 s for each
    monkeypatch.setattr("mpvss.comparison.time.perf_counter", lambda: next(times))
    score = compare(Method("some", Brightness(), 2), clips, VideoMetrics(CLASSES))
    assert score.frames_per_second == pytest.approx(8 / 1.5)


def test_nothing_to_compare_on_is_an_error():
    with pytest.raises(ValueError, match="got no clips"):
        compare(Method("some", Brightness(), 2), [], VideoMetrics(CLASSES))
