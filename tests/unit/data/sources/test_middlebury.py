"""Middlebury's pairs have the project's direction of flow."""

import struct

import numpy as np
import pytest
import torch
from PIL import Image

from mpvss.data.sources.flow_pairs import Middlebury
from mpvss.propagation import warp
from mpvss.types import VOID

HEIGHT, WIDTH = 7, 10
FLOW = np.array([2, -1])  # x, y: what is at (x, y) in frame10 is at (x + 2, y - 1) in frame11


def _write(root, scene, size=(HEIGHT, WIDTH), flow_size=None):
    folder = root / scene
    folder.mkdir()
    height, width = size
    world = np.random.default_rng(0).integers(0, 256, (height + 2, width + 4, 3), dtype=np.uint8)
    first = world[1 : 1 + height, 2 : 2 + width]
    second = world[1 - FLOW[1] : 1 - FLOW[1] + height, 2 - FLOW[0] : 2 - FLOW[0] + width]
    Image.fromarray(first).save(folder / "frame10.png")
    Image.fromarray(second).save(folder / "frame11.png")
    height, width = flow_size or size
    flow = np.broadcast_to(FLOW, (height, width, 2)).astype("<f4").copy()
    flow[0, 0] = 1.7e9  # unknown
    (folder / "flow10.flo").write_bytes(struct.pack("<fii", 202021.25, width, height) + flow.tobytes())
    return first, second


@pytest.fixture
def root(tmp_path):
    _write(tmp_path, "Urban")
    _write(tmp_path, "Army", size=(9, 6))
    (tmp_path / "Hidden").mkdir()  # a scene whose flow is not published
    return tmp_path


def test_scenes_are_in_the_order_of_their_names_each_in_its_size(root):
    pairs = Middlebury(root)
    assert pairs.names == ("Army", "Urban")
    assert [tuple(pairs[index].flow.shape) for index in range(len(pairs))] == [(2, 9, 6), (2, HEIGHT, WIDTH)]


def test_frame10_is_the_frame_and_frame11_the_key_frame(tmp_path):
    first, second = _write(tmp_path, "Urban")
    pair = Middlebury(tmp_path)[0]
    assert np.array_equal(pair.frame.permute(1, 2, 0), first)
    assert np.array_equal(pair.key_frame.permute(1, 2, 0), second)
    assert (~pair.visible).nonzero().tolist() == [[0, 0]]
    assert pair.flow[:, 1, 1].tolist() == FLOW.tolist()
    assert pair.labels.eq(VOID).all()
    assert pair.key_labels.eq(VOID).all()
    assert pair.gap.item() == 1


def test_warping_frame11_by_the_true_flow_gives_frame10(root):
    pair = Middlebury(root)[1]
    warped = warp(pair.key_frame[None].float(), pair.flow[None, None])[0]
    inside = torch.zeros(HEIGHT, WIDTH, dtype=torch.bool)
    inside[1:, : WIDTH - 2] = True  # the rest comes from outside frame11
    inside &= pair.visible
    assert torch.allclose(warped[:, inside], pair.frame[:, inside].float(), atol=1e-3)
    assert (pair.key_frame.float() - pair.frame.float())[:, inside].abs().mean() > 30


def test_a_missing_root_says_where_to_get_it(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"(?s)nowhere.*flow10\.flo.*vision\.middlebury\.edu.*MIDDLEBURY_ROOT"):
        Middlebury(tmp_path / "nowhere")


def test_a_root_without_scenes_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"No scene with a flow10\.flo"):
        Middlebury(tmp_path)


def test_a_missing_frame_is_named(root):
    (root / "Army" / "frame11.png").unlink()
    with pytest.raises(FileNotFoundError, match=r"Army/frame11\.png is missing"):
        Middlebury(root)


def test_files_of_different_size_are_refused(tmp_path):
    _write(tmp_path, "Urban", flow_size=(HEIGHT, WIDTH + 1))
    with pytest.raises(ValueError, match=r"Urban must have one size; got 10x7, 10x7, 11x7"):
        Middlebury(tmp_path)[0]
