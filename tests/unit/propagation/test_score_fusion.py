import pytest
import torch

from mpvss.propagation import ScoreFusion, label_map, mask_scores
from mpvss.types import KeyState, Segments

FRAME = torch.zeros(1, 3, 61, 90, dtype=torch.uint8)


class ShiftRight:
    per_segment = False

    def __call__(self, key_frame, frame, queries):
        return torch.tensor([0.5, 0.0]).view(1, 1, 2, 1, 1).expand(1, 1, 2, 8, 12)


class PerSegment(ShiftRight):
    per_segment = True


def segmentor(seed):
    generator = torch.Generator().manual_seed(seed)
    segments = Segments(torch.randn(1, 4, 3, generator=generator), torch.randn(1, 4, 16, 24, generator=generator))
    return lambda frame: KeyState(segments, torch.zeros(1, 4, 8), frame)


def test_scores_start_as_the_mean_of_warped_key_scores_and_the_smaller_segmentors():
    large, small = segmentor(0), segmentor(1)
    fusion = ScoreFusion(large, ShiftRight(), small, num_classes=2)
    prediction = fusion.step(fusion.start(FRAME), FRAME)
    key, update = (mask_scores(part(FRAME).segments).log() for part in (large, small))
    expected = (key.exp()[..., 1:].log() + update[..., :-1]) / 2
    torch.testing.assert_close(prediction.scores[..., :-1], expected)


def test_labels_come_from_the_fused_scores():
    fusion = ScoreFusion(segmentor(0), ShiftRight(), segmentor(1), num_classes=2)
    prediction = fusion.step(fusion.start(FRAME), FRAME)
    forced = prediction._replace(scores=torch.tensor([0.0, 1.0]).view(1, 2, 1, 1).expand(1, 2, 16, 24))
    assert label_map(forced, (61, 90)).unique().tolist() == [1]
    assert label_map(prediction, (61, 90)).shape == (1, 61, 90)


def test_the_fusing_layer_learns():
    fusion = ScoreFusion(segmentor(0), ShiftRight(), segmentor(1), num_classes=2)
    fusion.step(fusion.start(FRAME), FRAME).scores.square().sum().backward()
    assert fusion.fuse.weight.grad.abs().min() > 0


def test_flow_of_segments_is_refused_with_the_reason():
    with pytest.raises(ValueError, match=r"belong to no segment; PerSegment.*Choose flow=optical_flow"):
        ScoreFusion(segmentor(0), PerSegment(), segmentor(1), num_classes=2)
