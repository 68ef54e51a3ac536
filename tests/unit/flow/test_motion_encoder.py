import pytest
import torch

from mpvss.flow import MotionEncoder


def test_pyramid_halves_from_an_eighth_of_the_frame_downwards():
    encoder = MotionEncoder((4, 5, 6, 7, 8, 9))
    frame = torch.zeros(1, 3, 97, 161, dtype=torch.uint8)  # padded to 128x192, resized to 64x96
    assert [tuple(x.shape) for x in encoder(frame, frame)] == [
        (1, 5, 16, 24), (1, 6, 8, 12), (1, 7, 4, 6), (1, 8, 2, 3), (1, 9, 1, 2),
    ]  # fmt: skip
    assert encoder.out_channels == (5, 6, 7, 8, 9)


def test_input_is_the_current_frame_then_the_key_frame_with_their_means_taken_off():
    key_frame = torch.full((1, 3, 30, 33), 51, dtype=torch.uint8)
    frame = torch.full((1, 3, 30, 33), 255, dtype=torch.uint8)
    pair = MotionEncoder((4, 4, 4, 4, 4, 4), input_scale=1.0).prepare(key_frame, frame)
    means = torch.tensor([0.411, 0.432, 0.450])
    torch.testing.assert_close(pair[0, :, 3, 4], torch.cat([1 - means, 0.2 - means]))
    assert pair.shape == (1, 6, 32, 64)
    assert not pair[..., 30:, :].any()
    assert not pair[..., 33:].any()


def test_wrong_channel_counts_are_refused():
    with pytest.raises(ValueError, match="six channel counts"):
        MotionEncoder((4, 4, 4))


def test_the_pair_is_resized_to_multiples_of_the_finest_maps_stride():
    frame = torch.zeros(1, 3, 97, 161, dtype=torch.uint8)  # padded to 128x192
    for input_scale, size in [(0.125, (16, 24)), (0.3, (40, 56)), (0.7, (88, 136)), (1.5, (192, 288))]:
        encoder = MotionEncoder((4, 4, 4, 4, 4, 4), input_scale)
        assert encoder.prepare(frame, frame).shape[-2:] == size
        assert encoder(frame, frame)[0].shape[-2:] == (size[0] // 4, size[1] // 4)


def test_a_scale_that_leaves_nothing_is_refused():
    with pytest.raises(ValueError, match=r"at least 0\.125; .*input_scale=0\.1"):
        MotionEncoder(input_scale=0.1)
