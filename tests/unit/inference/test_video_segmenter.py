import pytest
import torch

from mpvss.inference import VideoSegmenter
from mpvss.propagation.schedule import FixedInterval

SIZE = (13, 22)
BRIGHTNESS = [10, 200, 90, 255, 130, 70, 0, 240, 128, 30, 180]


def frames_of(brightness):
    return torch.tensor(brightness, dtype=torch.uint8)[:, None, None, None].expand(-1, 3, *SIZE).contiguous()


def labels_by_hand(interval):
    """What the propagator of conftest.py must give: key frames by themselves, others by the mean with their key."""
    labels = []
    for j, brightness in enumerate(BRIGHTNESS):
        key = BRIGHTNESS[j - j % interval]
        labels.append(int((key + brightness) / 2) // 64)
    return torch.tensor(labels, dtype=torch.uint8)[:, None, None].expand(-1, *SIZE)


@pytest.mark.parametrize("interval", [1, 2, 5, 20])
def test_frames_between_key_frames_follow_their_key_frame(propagator, interval):
    segmented = VideoSegmenter(propagator, FixedInterval(interval)).segment(frames_of(BRIGHTNESS))
    assert torch.equal(segmented.labels, labels_by_hand(interval))
    assert segmented.key.tolist() == [j % interval == 0 for j in range(len(BRIGHTNESS))]


def test_pushing_single_frames_gives_the_same_labels(propagator):
    segmenter = VideoSegmenter(propagator, FixedInterval(4))
    pushed = torch.stack([segmenter.push(frame) for frame in frames_of(BRIGHTNESS)])
    assert torch.equal(pushed, labels_by_hand(4))


@pytest.mark.parametrize("chunk", [1, 2, 3, 4, 5, 7, 11])
def test_any_chunking_gives_the_same_labels_keys_and_flow(propagator, chunk):
    frames = frames_of(BRIGHTNESS)
    whole = VideoSegmenter(propagator, FixedInterval(4)).segment(frames)
    segmenter = VideoSegmenter(propagator, FixedInterval(4))
    parts = [segmenter.segment(part) for part in frames.split(chunk)]
    assert torch.equal(torch.cat([part.labels for part in parts]), whole.labels)
    assert torch.equal(torch.cat([part.key for part in parts]), whole.key)
    for part, expected in zip(parts, whole.flow.split(chunk), strict=True):
        assert torch.equal(torch.zeros_like(expected) if part.flow is None else part.flow, expected)


def test_frames_of_one_key_frame_go_through_the_model_together(propagator):
    VideoSegmenter(propagator, FixedInterval(5)).segment(frames_of(BRIGHTNESS))
    assert propagator.step_batches == [4, 4]


def test_flow_is_that_of_the_segment_seen_and_zero_at_key_frames(propagator):
    segmented = VideoSegmenter(propagator, FixedInterval(2)).segment(frames_of(BRIGHTNESS[:3]))
    label = int((BRIGHTNESS[0] + BRIGHTNESS[1]) / 2) // 64
    assert segmented.flow.shape == (3, 2, 2, 3)  # 13x22 padded to 16x32; at 1/8, 2x4 less one column of padding
    assert torch.equal(segmented.flow[[0, 2]], torch.zeros(2, 2, 2, 3))
    assert torch.equal(segmented.flow[1, 0], torch.full((2, 3), 1.0 * label))
    assert torch.equal(segmented.flow[1, 1], torch.full((2, 3), 10.0 * label))


def test_there_is_no_flow_where_all_frames_are_key_frames(propagator):
    assert VideoSegmenter(propagator, FixedInterval(1)).segment(frames_of(BRIGHTNESS)).flow is None


def test_the_first_frame_is_a_key_frame_whatever_the_schedule_says(propagator):
    segmented = VideoSegmenter(propagator, lambda index: index == 2).segment(frames_of(BRIGHTNESS[:4]))
    assert segmented.key.tolist() == [True, False, True, False]


def test_the_schedule_is_asked_once_for_each_frame_in_order(propagator):
    asked = []
    segmenter = VideoSegmenter(propagator, lambda index: asked.append(index) or index == 3)
    segmenter.push(frames_of([5])[0])
    segmenter.segment(frames_of([6, 7, 8]))
    assert asked == [0, 1, 2, 3]


def test_reset_starts_a_new_video_of_any_size(propagator):
    segmenter = VideoSegmenter(propagator, FixedInterval(5))
    segmenter.segment(frames_of([0, 0]))
    segmenter.reset()
    other = torch.full((2, 3, 9, 7), 200, dtype=torch.uint8)
    assert torch.equal(segmenter.segment(other).labels, torch.full((2, 9, 7), 3, dtype=torch.uint8))


def test_a_caller_may_reuse_the_memory_of_a_frame(propagator):
    segmenter = VideoSegmenter(propagator, FixedInterval(3))
    buffer, pushed = torch.zeros(3, *SIZE, dtype=torch.uint8), []
    for brightness in BRIGHTNESS:
        buffer.fill_(brightness)
        pushed.append(segmenter.push(buffer))
    assert torch.equal(torch.stack(pushed), labels_by_hand(3))


def test_memory_does_not_grow_with_the_video(propagator):
    segmenter = VideoSegmenter(propagator, FixedInterval(3))
    segmenter.segment(frames_of(BRIGHTNESS))
    assert segmenter._state.frame.untyped_storage().nbytes() == 3 * SIZE[0] * SIZE[1]  # not a view of the chunk


def test_a_change_of_size_is_refused_with_both_sizes(propagator):
    segmenter = VideoSegmenter(propagator, FixedInterval(5))
    segmenter.segment(frames_of([1, 2]))
    with pytest.raises(ValueError, match=r"are 13x22 \(height x width\); got 9x7 at frame 2.*reset"):
        segmenter.push(torch.zeros(3, 9, 7, dtype=torch.uint8))


@pytest.mark.parametrize(
    "frames",
    [
        torch.zeros(3, 13, 22, dtype=torch.uint8),
        torch.zeros(2, 3, 13, 22),
        torch.zeros(0, 3, 13, 22, dtype=torch.uint8),
    ],
    ids=["one frame", "float", "no frame"],
)
def test_anything_but_uint8_frames_is_refused(propagator, frames):
    with pytest.raises(ValueError, match=r"must be \(T, 3, H, W\) uint8 RGB with T at least 1"):
        VideoSegmenter(propagator, FixedInterval(5)).segment(frames)


def test_a_propagator_in_training_mode_is_refused(propagator):
    with pytest.raises(ValueError, match="BrightnessPropagator must be in eval mode"):
        VideoSegmenter(propagator.train(), FixedInterval(5)).segment(frames_of([1]))
