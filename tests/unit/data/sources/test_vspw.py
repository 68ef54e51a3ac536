"""VSPW's class list."""

from mpvss.data.sources.vspw import VSPW_CLASSES, VSPW_HINT


def test_there_are_124_distinct_classes_in_vspw_order():
    assert len(set(VSPW_CLASSES)) == len(VSPW_CLASSES) == 124
    assert (VSPW_CLASSES[0], VSPW_CLASSES[48], VSPW_CLASSES[123]) == ("wall", "car", "train")


def test_the_hint_says_where_to_get_it_and_where_to_put_it():
    assert "https://github.com/VSPW-dataset/VSPW-dataset-download" in VSPW_HINT
    assert "VSPW_ROOT" in VSPW_HINT
