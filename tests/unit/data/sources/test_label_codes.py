"""Codes mean what they are said to mean, and nothing else."""

import pytest
import torch

from mpvss.data.sources.label_codes import LabelCodes
from mpvss.types import VOID


def _all_codes():
    return torch.arange(256, dtype=torch.uint8).reshape(16, 16)


def test_every_code_of_vspws_convention_is_shifted_by_one_and_0_and_255_are_void():
    codes = _all_codes()
    codes[codes == 254] = 255
    labels = LabelCodes.from_one(253)(codes, "a.png")
    assert labels.dtype == torch.uint8
    for code, label in zip(codes.flatten().tolist(), labels.flatten().tolist(), strict=True):
        assert label == (VOID if code in (0, 255) else code - 1)


def test_several_codes_may_mean_one_class():
    codes = LabelCodes({3: 0, 200: 0, 5: 1}, num_classes=2)
    assert codes(torch.tensor([[3, 200, 5, 255]], dtype=torch.uint8), "a.png").tolist() == [[0, 0, 1, VOID]]


def test_255_may_be_a_class():
    assert LabelCodes({255: 0, 0: VOID}, 1)(torch.tensor([[255, 0]], dtype=torch.uint8), "a.png").tolist() == [
        [0, VOID]
    ]


def test_a_code_that_means_nothing_is_named_with_those_that_do():
    codes = LabelCodes({1: 0, 2: 1, 3: 2, 7: 3, 0: VOID}, num_classes=4)
    with pytest.raises(ValueError, match=r"a\.png holds label 5; .* must be 1\.\.3, 7, or 0 or 255 for void"):
        codes(torch.tensor([[1, 5]], dtype=torch.uint8), "a.png")


@pytest.mark.parametrize(("meaning", "num_classes"), [({256: 0}, 1), ({1: 1}, 1), ({}, 0), ({}, 255), ({-1: 0}, 1)])
def test_a_meaning_that_does_not_fit_is_refused(meaning, num_classes):
    with pytest.raises(ValueError, match="must be"):
        LabelCodes(meaning, num_classes)


def test_each_class_has_a_code_to_be_stored_as():
    assert LabelCodes.from_one(3).of_classes == (1, 2, 3)
    assert LabelCodes({0: VOID, 9: 0, 7: 0, 26: 1}, num_classes=2).of_classes == (7, 26)
