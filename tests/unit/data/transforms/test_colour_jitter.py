"""Colours change as SSD changes them."""

import colorsys

import pytest
import torch
from torchvision.transforms.v2 import functional as TF

from mpvss.data.transforms.colour_jitter import ColourJitter, shift_colours


def _frames(height=9, width=11):
    generator = torch.Generator().manual_seed(0)
    frames = torch.randint(0, 256, (2, 3, height, width), generator=generator, dtype=torch.uint8)
    frames[0, :, 0] = frames[0, :1, 0]  # greys
    frames[1, 1:, 0], frames[1, 0, 0] = 0, 255  # red
    frames[1, :2, 1], frames[1, 2, 1] = 200, 0  # yellow
    frames[1, :, 2] = 0
    return frames


@pytest.mark.parametrize("saturation", [1.0, 0.5, 1.4])
@pytest.mark.parametrize("hue", [0.0, 0.1, -0.1, 0.35, 0.5, -0.5])
def test_saturation_and_hue_are_those_of_colorsys(saturation, hue):
    for frame in _frames():
        shifted = shift_colours(frame.float(), saturation, hue)
        for y in range(9):
            for x in range(11):
                h, s, v = colorsys.rgb_to_hsv(*(frame[:, y, x] / 255).tolist())
                expected = colorsys.hsv_to_rgb((h + hue) % 1, min(1, s * saturation), v)
                torch.testing.assert_close(shifted[:, y, x] / 255, torch.tensor(expected), atol=1e-5, rtol=0)


def test_hue_is_turned_as_torchvision_turns_it():
    frames = _frames()
    for hue in (0.07, -0.2):
        ours = torch.stack([shift_colours(frame.float(), 1.0, hue) for frame in frames]).round()
        assert (ours - TF.adjust_hue(frames, hue).float()).abs().max() <= 1


def _always(monkeypatch, *, change, early):
    """Let every change be drawn: `change` of its limit, contrast first or last."""
    draws = iter([value for _ in range(4) for value in ((change + 1) / 2, 0.0)] + [0.0 if early else 0.9])
    monkeypatch.setattr(torch, "rand", lambda *_: torch.tensor(next(draws)))


@pytest.mark.parametrize("early", [True, False])
@pytest.mark.parametrize("change", [0.75, -1.0])
def test_the_steps_are_those_of_ssd(monkeypatch, change, early):
    frames = _frames(70, 3)  # more rows than a strip has
    _always(monkeypatch, change=change, early=early)
    recoloured = ColourJitter()(frames)
    values = (frames.float() + 32 * change).clamp(0, 255)
    if early:
        values = (values * (1 + 0.5 * change)).clamp(0, 255)
    values = torch.stack([shift_colours(frame, 1 + 0.5 * change, 0.1 * change) for frame in values])
    if not early:
        values = values * (1 + 0.5 * change)
    assert torch.equal(recoloured, values.round().clamp(0, 255).to(torch.uint8))


def test_each_change_is_made_half_of_the_time():
    frames = torch.full((1, 3, 1, 1), 100, dtype=torch.uint8)
    torch.manual_seed(0)
    only_brightness = ColourJitter(contrast=0, saturation=0, hue=0)
    same = sum(torch.equal(only_brightness(frames), frames) for _ in range(400))
    # 200 expected and 1 in 64 of the others too small to be seen; standard deviation 10.
    assert 170 < same < 236


def test_without_any_change_frames_are_what_they_were():
    frames = _frames()
    assert torch.equal(ColourJitter(0, 0, 0, 0)(frames), frames)


def test_both_frames_change_alike_and_the_input_stays():
    frames = _frames()[:1].repeat(2, 1, 1, 1)
    before = frames.clone()
    torch.manual_seed(0)
    for _ in range(10):
        first, second = ColourJitter()(frames)
        assert torch.equal(first, second)
    assert torch.equal(frames, before)


@pytest.mark.parametrize("wrong", [{"brightness": 256}, {"contrast": -0.1}, {"saturation": 1.1}, {"hue": 0.6}])
def test_a_limit_that_makes_no_sense_is_refused(wrong):
    (name, value) = next(iter(wrong.items()))
    with pytest.raises(ValueError, match=f"{name} of the colour jitter must be .*got {value}"):
        ColourJitter(**wrong)
