"""The examples of how to add a part are such parts."""

import pytest
import torch
from fixtures.pages import ROOT, blocks

from mpvss.data import EndlessPairs, VideoPairs, collate_pairs

EXAMPLES = {
    block.partition("class ")[2].partition(":")[0].partition("(")[0]: block
    for block in blocks((ROOT / "docs" / "extend.md").read_text(encoding="utf-8"), "python")
}


def example(name):
    names = {"__name__": "a_page"}
    exec(EXAMPLES[name], names)
    return names[name]


def test_the_data_set_gives_training_pairs():
    pairs = EndlessPairs(VideoPairs(example("Noise")(), max_gap=3))
    batch = collate_pairs([pairs[0], pairs[1]])
    assert batch.frame.shape == (2, 3, 64, 96)
    assert len(pairs) == 2 * 9


def test_the_flow_module_gives_one_map_in_pixels_that_learns():
    flow = example("GlobalShift")()
    frame = torch.zeros(2, 3, 32, 48, dtype=torch.uint8)
    shift = flow(frame, frame, torch.zeros(2, 5, 16))
    assert shift.shape == (2, 1, 2, 8, 12)
    shift[:, :, 0].sum().backward()
    assert flow.shift.grad.tolist() == [2 * 8 * 12, 0]


@pytest.mark.parametrize(("brightness", "since_key", "is_key"), [(0, 3, False), (90, 3, True), (0, 20, True)])
def test_the_rule_for_key_frames_asks_for_one_when_the_picture_changes(brightness, since_key, is_key):
    class State:
        frame = torch.zeros(1, 3, 4, 5, dtype=torch.uint8)

    rule = example("WhenItChanges")()
    frame = torch.full((3, 4, 5), brightness, dtype=torch.uint8)
    assert rule(since_key, since_key, frame, State()) is is_key
    assert rule(0, 0, frame, None)
