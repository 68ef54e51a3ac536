"""Factors are drawn as configured."""

from fractions import Fraction

import pytest
import torch

from mpvss.data.transforms.scale_jitter import ScaleRange, ShortSides


def test_a_range_is_drawn_from_uniformly():
    torch.manual_seed(0)
    factors = torch.tensor([float(ScaleRange(0.5, 2.0)(5, 7)) for _ in range(600)])
    assert factors.min() >= 0.5
    assert factors.max() <= 2.0
    # 100 in each sixth expected, standard deviation 9; factors are rounded, but by little.
    assert all(70 < count < 130 for count in torch.histc(factors, 6, 0.5, 2.0))


def test_a_range_of_one_factor_gives_it():
    assert ScaleRange(1.0, 1.0)(5, 7) == 1
    assert ScaleRange(1.25, 1.25)(5, 7) == Fraction(5, 4)


def test_every_short_side_is_drawn_in_landscape_and_portrait():
    torch.manual_seed(0)
    for size in ((480, 853), (853, 480)):
        assert {ShortSides([480, 576, 960])(*size) * 480 for _ in range(40)} == {480, 576, 960}


@pytest.mark.parametrize(("size", "expected"), [((480, 853), {480, 540}), ((480, 640), {480, 576, 672, 720})])
def test_the_long_side_is_kept_within_bounds_as_the_authors_do(size, expected):
    torch.manual_seed(0)
    sides = range(480, 1921, 96)
    factors = {ShortSides(sides, max_long=960)(*size) for _ in range(300)}
    assert {int(factor * 480) for factor in factors} == expected
    assert all(size[1] * factor <= 960 for factor in factors)


def test_a_factor_is_a_fraction_of_few_parts_and_within_a_64th_of_what_was_asked_for():
    torch.manual_seed(0)
    for height, width in ((1080, 1920), (853, 480), (359, 641), (2160, 3840)):
        for side in (240, 480, 672, 1001):
            factor = ShortSides([side])(height, width)
            assert factor.denominator <= 64
            assert abs(factor - Fraction(side, min(height, width))) < Fraction(1, 64)


@pytest.mark.parametrize("wrong", [((), None), ((480, 0), None), ((480,), 0)])
def test_sides_that_are_no_lengths_are_refused(wrong):
    with pytest.raises(ValueError, match=r"short_sides must be|max_long_side must be"):
        ShortSides(*wrong)


@pytest.mark.parametrize("wrong", [(0.0, 1.0), (2.0, 1.0)])
def test_a_range_that_is_none_is_refused(wrong):
    with pytest.raises(ValueError, match="scale must be"):
        ScaleRange(*wrong)
