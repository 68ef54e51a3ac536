import pytest
import torch

from mpvss.inference import VideoSegmenter
from mpvss.propagation.key_frames import FixedInterval

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
    whole = VideoSegmenter(propagator, FixedInterval(4), with_flow=True).segment(frames)
    segmenter = VideoSegmenter(propagator, FixedInterval(4), with_flow=True)
    parts = [segmenter.segment(part) for part in frames.split(chunk)]
    assert torch.equal(torch.cat([part.labels for part in parts]), whole.labels)
    assert torch.equal(torch.cat([part.key for part in parts]), whole.key)
    for part, expected in zip(parts, whole.flow.split(chunk), strict=True):
        assert torch.equal(torch.zeros_like(expected) if part.flow is None else part.flow, expected)


def test_frames_of_one_key_frame_go_through_the_model_together(propagator):
    VideoSegmenter(propagator, FixedInterval(5)).segment(frames_of(BRIGHTNESS))
    assert propagator.step_batches == [4, 4]


def test_flow_is_that_of_the_segment_seen_and_zero_at_key_frames(propagator):
    segmented = VideoSegmenter(propagator, FixedInterval(2), with_flow=True).segment(frames_of(BRIGHTNESS[:3]))
    label = int((BRIGHTNESS[0] + BRIGHTNESS[1]) / 2) // 64
    assert segmented.flow.shape == (3, 2, 2, 3)  # 13x22 padded to 16x32; at 1/8, 2x4 less one column of padding
    assert torch.equal(segmented.flow[[0, 2]], torch.zeros(2, 2, 2, 3))
    assert torch.equal(segmented.flow[1, 0], torch.full((2, 3), 1.0 * label))
    assert torch.equal(segmented.flow[1, 1], torch.full((2, 3), 10.0 * label))


def test_there_is_no_flow_where_all_frames_are_key_frames(propagator):
    segmenter = VideoSegmenter(propagator, FixedInterval(1), with_flow=True)
    assert segmenter.segment(frames_of(BRIGHTNESS)).flow is None


def test_flow_pictures_cost_nothing_where_nobody_asks_for_them(propagator, monkeypatch):
    monkeypatch.setattr("mpvss.inference.video_segmenter.segment_flow", None)  # which would fail if called
    assert VideoSegmenter(propagator, FixedInterval(2)).segment(frames_of(BRIGHTNESS)).flow is None


def test_the_first_frame_is_a_key_frame_whatever_the_schedule_says(propagator):
    segmenter = VideoSegmenter(propagator, lambda index, *_: index == 2)
    segmented = segmenter.segment(frames_of(BRIGHTNESS[:4]))
    assert segmented.key.tolist() == [True, False, True, False]


def test_the_schedule_is_asked_once_for_each_frame_in_order(propagator):
    asked = []
    segmenter = VideoSegmenter(propagator, lambda index, *_: asked.append(index) or index == 3)
    segmenter.push(frames_of([5])[0])
    segmenter.segment(frames_of([6, 7, 8]))
    assert asked == [0, 1, 2, 3]


def test_a_schedule_sees_the_frame_its_distance_and_the_last_key_frames_state(propagator):
    seen = []

    def schedule(index, since_key, frame, state):
        assert (frame.shape, frame.dtype) == ((3, *SIZE), torch.uint8)
        key = None if state is None else (len(state.frame), int(state.frame[0, 0, 0, 0]))
        seen.append((index, since_key, int(frame[0, 0, 0]), key))
        return index in (3, 4)

    segmenter = VideoSegmenter(propagator, schedule)
    for part in frames_of([5, 6, 7, 8, 9, 10]).split([2, 4]):
        segmenter.segment(part)
    assert seen == [
        (0, 0, 5, None), (1, 1, 6, (1, 5)), (2, 2, 7, (1, 5)), (3, 3, 8, (1, 5)), (4, 1, 9, (1, 8)), (5, 1, 10, (1, 9))
    ]  # fmt: skip
    segmenter.reset()
    segmenter.push(frames_of([11])[0])
    assert seen[-1] == (0, 0, 11, None)


def brightness_jumps(index, since_key, frame, state):
    """A rule of a user's: a key frame where the brightness has changed by 120 since the last one."""
    return state is not None and (frame.float().mean() - state.frame.float().mean()).abs() >= 120


class FrameDifference:
    """One that looks at frames alone: a key frame where the brightness changes by 120 from one frame to the next."""

    def __init__(self):
        self.last = 0.0

    def __call__(self, index, since_key, frame, state):
        brightness = frame.float().mean().item()
        change, self.last = abs(brightness - self.last), brightness
        return index == 0 or change >= 120


def class_is_dark(index, since_key, frame, state):
    """One that looks at the key frame's segments: a dark one is used for two frames more, another one for four."""
    if state is None:
        return True
    darkest = state.segments.mask_logits.mean((0, 2, 3)).argmax() == 0
    return since_key > (2 if darkest else 4)


def keys_by_hand(changes_since_key):
    """Key frames by a rule (brightness of the last key frame, of the last frame, of this one, distance)."""
    keys, last_key = [], 0
    for j, brightness in enumerate(BRIGHTNESS):
        is_key = j == 0 or changes_since_key(BRIGHTNESS[last_key], BRIGHTNESS[j - 1], brightness, j - last_key)
        last_key = j if is_key else last_key
        keys.append(is_key)
    return keys


RULES = [
    (lambda: brightness_jumps, lambda key, last, this, distance: abs(this - key) >= 120),
    (FrameDifference, lambda key, last, this, distance: abs(this - last) >= 120),
    (lambda: class_is_dark, lambda key, last, this, distance: distance > (2 if key < 64 else 4)),
]


@pytest.mark.parametrize("chunk", [1, 2, 3, 11])
@pytest.mark.parametrize(("make_schedule", "rule"), RULES, ids=["state's frame", "frame", "state's masks"])
def test_an_adaptive_rule_decides_frame_by_frame_however_the_video_is_cut(propagator, make_schedule, rule, chunk):
    keys = keys_by_hand(rule)
    assert 2 <= sum(keys) <= 7
    segmenter = VideoSegmenter(propagator, make_schedule())
    parts = [segmenter.segment(part) for part in frames_of(BRIGHTNESS).split(chunk)]
    assert torch.cat([part.key for part in parts]).tolist() == keys
    labels, key = [], 0
    for j, brightness in enumerate(BRIGHTNESS):
        key = BRIGHTNESS[j] if keys[j] else key
        labels.append(int((key + brightness) / 2) // 64)
    assert torch.cat([part.labels for part in parts])[:, 0, 0].tolist() == labels


@pytest.mark.parametrize("chunk", [1, 2, 3, 11])
def test_looking_ahead_lies_between_the_key_frames_that_occurred(looking_ahead, chunk):
    keys = keys_by_hand(RULES[0][1])
    segmenter = VideoSegmenter(looking_ahead, brightness_jumps)
    parts = [*(segmenter.segment(part) for part in frames_of(BRIGHTNESS).split(chunk)), segmenter.finish()]
    assert torch.cat([part.key for part in parts]).tolist() == keys
    indices = [j for j, is_key in enumerate(keys) if is_key]
    labels = []
    for j, brightness in enumerate(BRIGHTNESS):
        before, after = max(k for k in indices if k <= j), min((k for k in indices if k > j), default=None)
        if j == before or after is None:
            mixed = (BRIGHTNESS[before] + brightness) / 2
        else:
            mixed = BRIGHTNESS[before] + (j - before) / (after - before) * (BRIGHTNESS[after] - BRIGHTNESS[before])
        labels.append(int(mixed + 1e-3) // 64)
    assert torch.cat([part.labels for part in parts])[:, 0, 0].tolist() == labels


def two_in_five(index, since_key, frame, state):
    return index % 5 in (0, 2)


def test_stretches_of_any_length_go_through_the_model_together(propagator):
    segmented = VideoSegmenter(propagator, two_in_five).segment(frames_of(BRIGHTNESS[:10]))
    assert segmented.key.tolist() == 2 * [True, False, True, False, False]
    assert propagator.step_batches == [1, 2, 1, 2]


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


def labels_ahead_by_hand(interval):
    """What the propagator that looks ahead must give: frames between two key frames by both, the last ones by one."""
    labels = []
    for j, brightness in enumerate(BRIGHTNESS):
        k = j - j % interval
        if k + interval < len(BRIGHTNESS):
            mixed = BRIGHTNESS[k] + (j - k) / interval * (BRIGHTNESS[k + interval] - BRIGHTNESS[k])
        else:
            mixed = (BRIGHTNESS[k] + brightness) / 2
        labels.append(int(mixed + 1e-3) // 64)
    return torch.tensor(labels, dtype=torch.uint8)[:, None, None].expand(-1, *SIZE)


@pytest.mark.parametrize("interval", [1, 2, 4, 5, 20])
@pytest.mark.parametrize("chunk", [1, 2, 3, 4, 7, 11])
def test_looking_ahead_gives_the_same_labels_in_order_however_the_video_is_cut(looking_ahead, interval, chunk):
    segmenter = VideoSegmenter(looking_ahead, FixedInterval(interval))
    parts = [*(segmenter.segment(part) for part in frames_of(BRIGHTNESS).split(chunk)), segmenter.finish()]
    assert torch.equal(torch.cat([part.labels for part in parts]), labels_ahead_by_hand(interval))
    key = torch.cat([part.key for part in parts])
    assert key.tolist() == [j % interval == 0 for j in range(len(BRIGHTNESS))]


def test_frames_are_held_back_until_the_next_key_frame_and_no_longer(looking_ahead):
    segmenter = VideoSegmenter(looking_ahead, FixedInterval(3))
    decided = [len(segmenter.segment(frame[None]).labels) for frame in frames_of(BRIGHTNESS[:8])]
    assert decided == [1, 0, 0, 3, 0, 0, 3, 0]
    assert len(segmenter.finish().labels) == 1


def test_what_is_held_back_goes_through_the_model_in_batches_no_larger_than_it_came(looking_ahead):
    segmenter = VideoSegmenter(looking_ahead, FixedInterval(5))
    for part in frames_of(BRIGHTNESS).split(3):
        segmenter.segment(part)
    segmenter.finish()
    assert looking_ahead.step_batches == [2, 2, 3, 1]  # frames 1-2, 3-4, 6-8, 9


def test_frames_held_back_may_be_overwritten_and_keep_no_chunk_alive(looking_ahead):
    segmenter = VideoSegmenter(looking_ahead, FixedInterval(20))
    buffer = frames_of(BRIGHTNESS)
    segmenter.segment(buffer)
    assert segmenter._held[0][1].untyped_storage().nbytes() == 10 * 3 * SIZE[0] * SIZE[1]
    buffer.zero_()
    assert torch.equal(segmenter.finish().labels, labels_ahead_by_hand(20)[1:])


def test_finishing_begins_a_new_video_and_of_a_causal_one_nothing_is_left(propagator):
    segmenter = VideoSegmenter(propagator, FixedInterval(5))
    segmenter.segment(frames_of([0, 0]))
    assert segmenter.finish().labels.shape == (0, *SIZE)
    assert segmenter.segment(torch.zeros(1, 3, 9, 7, dtype=torch.uint8)).key.tolist() == [True]
    segmenter.reset()
    assert len(segmenter.finish().labels) == 0  # of a video without frames


def test_a_whole_video_is_decided_at_once_whatever_was_before(looking_ahead):
    segmenter = VideoSegmenter(looking_ahead, FixedInterval(4))
    segmenter.segment(torch.zeros(2, 3, 9, 7, dtype=torch.uint8))
    segmented = segmenter.segment_video(frames_of(BRIGHTNESS))
    assert torch.equal(segmented.labels, labels_ahead_by_hand(4))
    assert len(segmented.key) == len(BRIGHTNESS)


def test_a_single_frame_cannot_be_pushed_into_a_propagator_that_looks_ahead(looking_ahead):
    with pytest.raises(ValueError, match="LookingAhead decides frames only once the next key frame is there"):
        VideoSegmenter(looking_ahead, FixedInterval(4)).push(frames_of([5])[0])
