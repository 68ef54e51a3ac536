import pytest
import torch

from mpvss.layers import normalize_frames, pad_to_multiple


def test_frames_are_scaled_shifted_and_divided_channel_by_channel():
    frame = torch.tensor([0, 51, 255], dtype=torch.uint8).reshape(1, 3, 1, 1)
    normalized = normalize_frames(frame, (0.1, 0.2, 0.5), (1.0, 2.0, 0.25))
    torch.testing.assert_close(normalized.flatten(), torch.tensor([-0.1, 0.0, 2.0]))


def test_normalised_frames_are_refused():
    with pytest.raises(ValueError, match=r"uint8 RGB; got \(1, 3, 2, 2\) torch.float32"):
        normalize_frames(torch.zeros(1, 3, 2, 2), (0, 0, 0))


@pytest.mark.parametrize(("size", "padded"), [((33, 64), (64, 64)), ((32, 1), (32, 32)), ((480, 853), (480, 864))])
def test_padding_is_zero_at_the_right_and_bottom(size, padded):
    frames = torch.ones(1, 3, *size)
    result = pad_to_multiple(frames)
    assert result.shape[-2:] == padded
    assert torch.equal(result[..., : size[0], : size[1]], frames)
    assert result.sum() == frames.sum()
