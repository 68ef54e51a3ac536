"""VSPW's class list."""

from mpvss.data.sources.vspw import VSPW_CLASSES


def test_there_are_124_distinct_classes_in_vspw_order():
    assert len(set(VSPW_CLASSES)) == len(VSPW_CLASSES) == 124
    assert (VSPW_CLASSES[0], VSPW_CLASSES[48], VSPW_CLASSES[123]) == ("wall", "car", "train")
