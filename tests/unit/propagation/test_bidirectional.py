import pytest
import torch

from mpvss.flow import CopyFlow
from mpvss.propagation import BidirectionalPropagation, MaskPropagation, semantic_scores
from mpvss.types import KeyState, NextKey, Segments

SIZE = (61, 90)
FRAME = torch.zeros(1, 3, *SIZE, dtype=torch.uint8)
NUM_QUERIES, NUM_CLASSES = 6, 4


class Towards:
    """A flow at 1/8 that reads to the right, half a pixel (one at 1/4) times the key frame's brightness."""

    def __init__(self, maps):
        self.maps = maps

    def __call__(self, key_frame, frame, queries):
        to_the_right = key_frame[:, 0, 0, 0].float() / 2
        x = to_the_right[:, None, None, None].expand(-1, self.maps, 8, 12)
        return torch.stack([x, torch.zeros_like(x)], dim=2)


def key_state(seed, batch=1, sure=3):
    """The first `sure` segments have a class, the others are "no object" but for 1e-4."""
    generator = torch.Generator().manual_seed(seed)
    class_logits = 3 * torch.randn(batch, NUM_QUERIES, NUM_CLASSES + 1, generator=generator)
    class_logits[:, sure:, :-1] = -10
    class_logits[:, sure:, -1] = 0
    masks = 5 * torch.randn(batch, NUM_QUERIES, 16, 24, generator=generator)
    frame = FRAME.expand(batch, -1, -1, -1) + 1 + seed
    return KeyState(Segments(class_logits, masks), torch.zeros(batch, NUM_QUERIES, 2), frame)


def scores(prediction):
    return semantic_scores(prediction.segments, SIZE)


@pytest.mark.parametrize("maps", [1, NUM_QUERIES])
def test_scores_are_the_mean_of_both_key_frames_weighted_by_nearness(maps):
    earlier, later = key_state(0, batch=2), key_state(1, batch=2)
    flow, frame = Towards(maps), FRAME.expand(2, -1, -1, -1)
    position = torch.tensor([0.25, 0.6])
    blended = BidirectionalPropagation(key_state, flow).step(earlier, frame, NextKey(later, position))
    alone = MaskPropagation(key_state, flow)
    weight = position[:, None, None, None]
    expected = (1 - weight) * scores(alone.step(earlier, frame)) + weight * scores(alone.step(later, frame))
    torch.testing.assert_close(scores(blended), expected, atol=NUM_QUERIES * 1e-4, rtol=0)
    assert blended.segments.mask_logits.shape == earlier.segments.mask_logits.shape


def test_what_is_left_out_is_what_is_least_sure():
    earlier, later = key_state(0, sure=NUM_QUERIES), key_state(1, sure=NUM_QUERIES)
    position = torch.tensor([0.5])
    blended = BidirectionalPropagation(key_state, CopyFlow()).step(earlier, FRAME, NextKey(later, position))
    both = torch.cat([state.segments.class_logits.softmax(-1)[0, :, :-1] / 2 for state in (earlier, later)])
    surest = both.amax(-1).sort(descending=True).values[:NUM_QUERIES]
    kept = blended.segments.class_logits.softmax(-1)[0, :, :-1].amax(-1).sort(descending=True).values
    torch.testing.assert_close(kept, surest)


@pytest.mark.parametrize(("position", "nearest"), [(0.0, 0), (1.0, 1)])
def test_at_a_key_frame_nothing_but_that_key_frame_counts(position, nearest):
    states = key_state(0), key_state(1)
    propagation = BidirectionalPropagation(key_state, CopyFlow())
    blended = propagation.step(states[0], FRAME, NextKey(states[1], torch.tensor([position])))
    torch.testing.assert_close(scores(blended), semantic_scores(states[nearest].segments, SIZE))


def test_without_a_next_key_frame_it_is_mask_propagation_earlier_layers_included():
    state = key_state(0)._replace(auxiliary=(key_state(2).segments,))
    ours = BidirectionalPropagation(key_state, Towards(NUM_QUERIES)).step(state, FRAME)
    causal = MaskPropagation(key_state, Towards(NUM_QUERIES)).step(state, FRAME)
    assert torch.equal(ours.segments.mask_logits, causal.segments.mask_logits)
    assert torch.equal(ours.auxiliary[0].mask_logits, causal.auxiliary[0].mask_logits)
    assert torch.equal(ours.flow, causal.flow)


def test_the_flow_of_a_segment_is_into_its_own_key_frame():
    earlier, later = key_state(0), key_state(1)  # one pixel at 1/4 into the one, two into the other
    blended = BidirectionalPropagation(key_state, Towards(NUM_QUERIES)).step(
        earlier, FRAME, NextKey(later, torch.tensor([0.5]))
    )
    sources = {state.frame[0, 0, 0, 0].item() / 2: state.segments.mask_logits[0] for state in (earlier, later)}
    assert set(blended.flow[0, :, 0].unique().tolist()) == set(sources)
    for mask, flow in zip(blended.segments.mask_logits[0], blended.flow[0], strict=True):
        shift = int(2 * flow[0, 0, 0])
        came_from = [(mask[:, :-shift] - before[:, shift:]).abs().max() < 1e-4 for before in sources[shift / 2]]
        assert sum(came_from) == 1


def test_one_flow_for_all_is_shown_into_the_preceding_key_frame():
    blended = BidirectionalPropagation(key_state, Towards(1)).step(
        key_state(0), FRAME, NextKey(key_state(1), torch.tensor([0.5]))
    )
    assert blended.flow.shape == (1, 1, 2, 8, 12)
    assert blended.flow[0, 0, 0].unique().tolist() == [0.5]


def test_a_next_key_frame_of_another_size_is_refused():
    later = key_state(1)._replace(frame=torch.zeros(1, 3, 64, 90, dtype=torch.uint8))
    with pytest.raises(ValueError, match=r"must have the key frame's shape \(1, 3, 64, 90\)"):
        BidirectionalPropagation(key_state, CopyFlow()).step(key_state(0), FRAME, NextKey(later, torch.ones(1) / 2))
