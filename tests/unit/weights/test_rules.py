import pytest
import torch

from mpvss.weights.rules import Rule, below, translate


def test_tensors_are_renamed_split_joined_transformed_and_dropped():
    tensors = {
        "a.3.weight": torch.arange(2.0),
        "joint": torch.arange(6.0),
        "q": torch.tensor([1.0]),
        "v": torch.tensor([3.0]),
        "k": torch.tensor([2.0]),
        "negated": torch.tensor(5.0),
        "buffer": torch.zeros(1),
        "stranger": torch.zeros(1),
    }
    rules = [
        Rule(r"a\.(\d)\.weight", r"layer\1"),
        Rule(r"joint", ("one", "two", "three")),
        Rule(r"q", "qkv", part=0),
        Rule(r"k", "qkv", part=1),
        Rule(r"v", "qkv", part=2),
        Rule(r"negated", "positive", transform=torch.neg),
        Rule(r"buffer", None),
    ]
    state, dropped, unknown = translate(tensors, rules)
    assert {key: tensor.tolist() for key, tensor in state.items()} == {
        "layer3": [0, 1],
        "one": [0, 1],
        "two": [2, 3],
        "three": [4, 5],
        "qkv": [1, 2, 3],
        "positive": -5,
    }
    assert dropped == ["buffer"]
    assert unknown == ["stranger"]


def test_the_first_rule_that_matches_counts():
    rules = [Rule(r"a", "first"), Rule(r".*", "second")]
    assert list(translate({"a": torch.zeros(1)}, rules).state) == ["first"]


def test_a_rule_matches_whole_keys_only():
    assert translate({"abc": torch.zeros(1)}, [Rule(r"b", "b")]).unknown == ["abc"]


def test_two_keys_for_one_tensor_are_an_error():
    with pytest.raises(ValueError, match="both become name"):
        translate({"a": torch.zeros(1), "b": torch.zeros(1)}, [Rule(r"[ab]", "name")])


def test_a_missing_part_is_an_error():
    with pytest.raises(ValueError, match="qkv is joined from query, key and value; got 1 of the three"):
        translate({"k": torch.zeros(1)}, [Rule(r"k", "qkv", part=1)])


def test_a_prefix_goes_before_both_sides():
    rules = below([Rule(r"w(\d)", r"\1.weight.\2"), Rule(r"x|y", None)], r"layers\.(\d)\.", "blocks.")
    state, dropped, _ = translate({"layers.4.w2": torch.zeros(1), "layers.1.y": torch.zeros(1)}, rules)
    assert list(state) == ["blocks.4.weight.2"]
    assert dropped == ["layers.1.y"]
