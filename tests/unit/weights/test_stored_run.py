"""What a checkpoint of ours says of its run: options and plain values, read back as they were."""

import pytest
import torch

from mpvss.types import ClassList
from mpvss.weights import StoredRun, flatten, is_plain, read_checkpoint
from mpvss.weights.stored_run import read_classes, read_run

RUN = StoredRun({"backbone": "tiny", "backbone@a.b": "r50"}, {"data.crop": [32, 64], "data.root": None, "x.y": 0.5})


def test_what_is_stored_is_read_back_through_a_file(tmp_path):
    classes = ClassList(("sky", "road"), ((1, 2, 3), (40, 50, 60)))
    content = {"state_dict": {"flow.weight": torch.ones(2)}, "run": RUN.to_metadata(), "classes": classes.to_metadata()}
    torch.save(content, tmp_path / "last.ckpt")
    checkpoint = read_checkpoint(tmp_path / "last.ckpt")
    assert (checkpoint.run, checkpoint.classes) == (RUN, classes)


def test_a_file_that_does_not_tell_gives_nothing():
    assert read_run({"config.json": {}}, "a.bin") is None
    assert read_classes({}, "a.bin") is None


@pytest.mark.parametrize(
    ("run", "message"),
    [
        (None, "run must have format, choices and values"),
        ({"format": 2, "choices": {}}, "run must have format, choices and values"),
        ({"format": "2", "choices": {}, "values": {}}, "format '2'"),
        ({"format": 2, "choices": [], "values": {}}, "run.choices must map keys to values"),
        ({"format": 2, "choices": {"flow": 1}, "values": {}}, "flow must be the name of an option; got 1"),
        ({"format": 2, "choices": {}, "values": {"a": {"b": 1}}}, "a must be a plain value"),
        ({"format": 2, "choices": {}, "values": {1: 1}}, "1 must be a plain value"),
        ({"format": 2, "choices": {}, "values": {"a": ["${b}"]}}, "a must be a plain value"),
        ({"format": 2, "choices": {}, "values": {"a._partial_": True}}, "a._partial_ may not be set by a file"),
    ],
)
def test_anything_else_is_refused_with_file_and_key(run, message):
    with pytest.raises(ValueError, match=message) as error:
        read_run({"run": run}, "last.ckpt")
    assert str(error.value).startswith("last.ckpt: its stored configuration")


def test_plain_values_are_numbers_texts_none_and_lists_of_them():
    assert all(map(is_plain, (1, 0.5, True, None, "text", [1, [2, "a"]], (3, 4))))
    assert not any(map(is_plain, ({}, [{}], "${key}", ["a", "${key}"], b"bytes", object())))


def test_a_list_that_holds_itself_is_not_plain():
    endless = []
    endless.append(endless)
    assert not is_plain(endless)


def test_leaves_are_named_by_their_dotted_keys():
    assert dict(flatten({"a": {"b": {"c": 1}, "d": [2]}, "e": None})) == {"a.b.c": 1, "a.d": [2], "e": None}
