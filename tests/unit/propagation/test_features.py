import pytest
import torch

from mpvss.propagation import FeaturePropagation
from mpvss.types import KeyState, Segments


class Decoder:
    """A segmentor whose masks are the mean of its finest features."""

    def __call__(self, frame):
        generator = torch.Generator().manual_seed(int(frame.sum()))
        sides = [(16 // s, 24 // s) for s in (1, 2, 4, 8)]
        return self.decode(tuple(torch.randn(1, 5, *side, generator=generator) for side in sides), frame)

    def decode(self, pyramid, frame):
        masks = pyramid[0].mean(1, keepdim=True).expand(-1, 4, -1, -1)
        return KeyState(Segments(torch.zeros(1, 4, 3), masks), torch.zeros(1, 4, 8), frame, pyramid)


class ShiftRight:
    """Read half a pixel to the right at 1/8: one pixel at 1/4, a quarter at 1/16."""

    per_segment = False

    def __call__(self, key_frame, frame, queries):
        return torch.tensor([0.5, 0.0]).view(1, 1, 2, 1, 1).expand(1, 1, 2, 8, 12)


class PerSegment(ShiftRight):
    per_segment = True


FRAME = torch.zeros(1, 3, 61, 90, dtype=torch.uint8)


def test_the_head_runs_on_features_that_followed_the_flow_at_every_level():
    seen = []
    segmentor = Decoder()
    propagation = FeaturePropagation(segmentor, ShiftRight())
    state = propagation.start(FRAME)
    decode, segmentor.decode = segmentor.decode, lambda pyramid, frame: seen.extend(pyramid) or decode(pyramid, frame)
    prediction = propagation.step(state, FRAME + 1)
    before, after = state.features, seen
    torch.testing.assert_close(after[0][..., :-1], before[0][..., 1:])  # one pixel at stride 4
    halfway = (before[1][..., :-1] + before[1][..., 1:]) / 2
    torch.testing.assert_close(after[1][..., :-1], halfway)  # half a pixel at stride 8
    torch.testing.assert_close(prediction.segments.mask_logits[:, 0], after[0].mean(1))
    assert prediction.flow.shape == (1, 1, 2, 8, 12)


def test_flow_of_segments_is_refused_with_the_reason():
    with pytest.raises(ValueError, match=r"belong to no segment; PerSegment.*Choose flow=optical_flow"):
        FeaturePropagation(Decoder(), PerSegment())


def test_a_state_without_features_is_refused():
    propagation = FeaturePropagation(Decoder(), ShiftRight())
    with pytest.raises(ValueError, match="needs the key frame's features"):
        propagation.step(propagation.start(FRAME)._replace(features=None), FRAME)
