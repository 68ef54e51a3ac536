import pytest
import torch

from mpvss.figures import propagate_pair
from mpvss.propagation import PerFrame

SIZE = (50, 70)  # padded to 64x96: maps of 8x12 at 1/8


def frames():
    return torch.randint(0, 256, (2, 3, *SIZE), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)


def test_flow_comes_in_pixels_of_the_frame_at_each_of_its_pixels(model):
    pair = propagate_pair(model, *frames())
    flow = pair.displacement(pair.parts.flow[0, [2, 0]])
    assert flow.shape == (2, 2, *SIZE)
    for part, expected in zip(flow, [(24.0, 24.0), (-16.0, 0.0)], strict=True):  # 8 pixels of the frame in one of it
        assert torch.equal(part, torch.tensor(expected)[:, None, None].expand(2, *SIZE))


def test_each_pixel_has_the_flow_of_the_segment_seen_there(model):
    pair = propagate_pair(model, *frames())
    flow = pair.owners_displacement()
    # The border between the halves is at 48 in the key frame. Query 0 reads 16 pixels further left, and so ends at 64.
    left, right = torch.tensor([-16.0, 0.0])[:, None, None], torch.tensor([0.0, 8.0])[:, None, None]
    assert flow.shape == (2, *SIZE)
    assert (flow[:, :, :44] == left).all()
    assert (flow[:, :, 68:] == right).all()


def test_confidence_is_that_of_the_best_class_without_no_object(model):
    confidence, index = propagate_pair(model, *frames()).confidence
    scores = torch.tensor([12.0, 9.0]).exp()
    torch.testing.assert_close(confidence[:2], scores / (scores + 4))
    assert index[:2].tolist() == [3, 1]
    assert confidence[2] < 1e-3


def test_maps_of_the_padded_frame_lose_their_padding(model):
    pair = propagate_pair(model, *frames())
    maps = torch.arange(6.0).reshape(1, 2, 3)  # of 64x96 pixels: 32x32 each
    expected = torch.stack([torch.stack([maps[0, y // 32, x // 32] for x in range(70)]) for y in range(50)])
    assert torch.equal(pair.over_frame(maps), expected[None])


def test_attention_lies_where_its_motion_map_does(model):
    pair = propagate_pair(model, *frames())
    assert pair.attention([0]) is None
    shares = torch.rand(1, 3, 3, 3)  # of a map whose last pixels reach beyond the padded frame of 64x96
    pair = pair._replace(parts=pair.parts._replace(attention=shares, attention_stride=4))
    spread = pair.attention([2, 0])
    assert spread.shape == (2, *SIZE)
    for y in range(50):
        for x in range(70):
            assert torch.equal(spread[:, y, x], shares[0, [2, 0], y // 32, x // 32])


def test_what_has_no_flow_and_what_is_training_are_refused(model):
    with pytest.raises(ValueError, match="got PerFrame"):
        propagate_pair(PerFrame(model.segmentor).eval(), *frames())
    with pytest.raises(ValueError, match="got training mode"):
        propagate_pair(model.train(), *frames())
