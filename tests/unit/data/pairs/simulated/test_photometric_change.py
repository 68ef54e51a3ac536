"""Each change is what its formula says, within its limit."""

import pytest
import torch

from mpvss.data.pairs.simulated.photometric_change import PhotometricChange

OFF = {"brightness": 0.0, "contrast": 0.0, "blur": 0.0, "noise": 0.0}


def _frame():
    return 255 * torch.rand(3, 9, 13, generator=torch.Generator().manual_seed(0))


def _changes(count=200, **amounts):
    change, generator = PhotometricChange(**(OFF | amounts)), torch.Generator().manual_seed(1)
    return [change(_frame(), generator) for _ in range(count)]


def test_nothing_changes_if_all_is_off():
    assert torch.allclose(_changes(1)[0], _frame(), atol=1e-4)


def test_brightness_shifts_all_pixels_alike():
    shifts = [(changed - _frame()) for changed in _changes(brightness=8.0)]
    assert all(shift.std() < 1e-3 for shift in shifts)
    assert 7.5 < max(shift.mean().abs() for shift in shifts) <= 8


def test_contrast_scales_the_distance_from_middle_grey():
    ratios = [(changed - 127.5) / (_frame() - 127.5) for changed in _changes(contrast=0.2)]
    assert all(ratio.std() < 1e-3 for ratio in ratios)
    means = torch.stack([ratio.mean() for ratio in ratios])
    assert 0.8 <= means.min() < 0.82
    assert 1.18 < means.max() <= 1.2


def test_blur_is_a_share_of_the_binomial_filter_for_half_of_the_frames():
    frame = _frame()
    binomial = torch.empty_like(frame)
    for y in range(9):
        for x in range(13):
            total = torch.zeros(3)
            for dy, row_weight in ((-1, 1), (0, 2), (1, 1)):
                for dx, weight in ((-1, 1), (0, 2), (1, 1)):
                    total += row_weight * weight / 16 * frame[:, min(max(y + dy, 0), 8), min(max(x + dx, 0), 12)]
            binomial[:, y, x] = total
    shares = []
    for changed in _changes(blur=0.6):
        share = ((changed - frame) * (binomial - frame)).sum() / (binomial - frame).square().sum()
        assert torch.allclose(changed, torch.lerp(frame, binomial, share), atol=1e-3)
        shares.append(float(share))
    assert 70 < sum(abs(share) < 1e-6 for share in shares) < 130
    assert 0.57 < max(shares) <= 0.6 + 1e-6


def test_noise_is_normal_independent_of_the_pixel_and_the_same_on_all_channels():
    noises = torch.stack([changed - _frame() for changed in _changes(noise=4.0)])
    assert torch.allclose(noises[:, 0], noises[:, 1], atol=1e-3)
    # The deviation is uniform in 0..4, so the mean square is 16 / 3; neighbours are uncorrelated.
    assert noises.square().mean() == pytest.approx(16 / 3, rel=0.1)
    assert (noises[..., 1:] * noises[..., :-1]).mean().abs() < 0.2


def test_the_frame_itself_is_left_alone():
    frame = _frame()
    PhotometricChange()(frame, torch.Generator().manual_seed(0))
    assert torch.equal(frame, _frame())


@pytest.mark.parametrize("wrong", [{"noise": -1.0}, {"brightness": 256}, {"contrast": 1.5}, {"blur": 2}])
def test_an_amount_out_of_range_is_refused(wrong):
    with pytest.raises(ValueError, match=rf"{next(iter(wrong))} of a photometric change must be in 0\.\."):
        PhotometricChange(**wrong)
