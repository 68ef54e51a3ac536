import pytest
import torch

from mpvss.types import KeyState, Segments


def state_of(batch):
    torch.manual_seed(0)
    segments = Segments(torch.randn(batch, 5, 4), torch.randn(batch, 5, 3, 7))
    frame = torch.randint(0, 256, (batch, 3, 12, 28), dtype=torch.uint8)
    features = (torch.randn(batch, 8, 3, 7), torch.randn(batch, 16, 2, 4))
    return KeyState(segments, torch.randn(batch, 5, 6), frame, features, (segments,))


def tensors(state):
    parts = (state.segments, *state.auxiliary)
    return [*(tensor for part in parts for tensor in part), state.queries, state.frame, *state.features]


def test_every_tensor_is_repeated_without_a_copy():
    state = state_of(1)
    for before, after in zip(tensors(state), tensors(state.expand(3)), strict=True):
        assert torch.equal(after, torch.cat([before] * 3))
        assert after.data_ptr() == before.data_ptr()


def test_missing_features_stay_missing():
    assert state_of(1)._replace(features=None).expand(2).features is None


def test_a_batch_of_key_frames_is_refused():
    with pytest.raises(ValueError, match="one key frame; got a batch of 2"):
        state_of(2).expand(3)
