"""FlyingChairs gives pairs in the project's direction of flow, and damage in it is named."""

import struct

import numpy as np
import pytest
import torch
from PIL import Image

from mpvss.data.sources.flow_pairs import FlyingChairs
from mpvss.types import VOID

HEIGHT, WIDTH = 4, 7


def _pixels(seed):
    return np.random.default_rng(seed).integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)


def _write_flow(path, flow, size=(WIDTH, HEIGHT)):
    path.write_bytes(struct.pack("<fii", 202021.25, *size) + np.asarray(flow, "<f4").tobytes())


@pytest.fixture
def root(tmp_path):
    """Return a data set of three pairs: train, val, train."""
    (tmp_path / "data").mkdir()
    for number in (1, 2, 3):
        stem = f"{number:05d}"
        for name, seed in (("img1", 10 * number), ("img2", 10 * number + 1)):
            Image.fromarray(_pixels(seed)).save(tmp_path / "data" / f"{stem}_{name}.ppm")
        _write_flow(tmp_path / "data" / f"{stem}_flow.flo", np.full((HEIGHT, WIDTH, 2), number))
    (tmp_path / "FlyingChairs_train_val.txt").write_text("1\n2\n1\n")
    return tmp_path


def test_a_split_has_its_pairs_in_the_order_of_their_ids(root):
    assert [pair.flow[0, 0, 0].item() for pair in map(FlyingChairs(root, "train").__getitem__, range(2))] == [1, 3]
    assert len(FlyingChairs(root, "train")) == 2
    assert len(FlyingChairs(root, "val")) == 1


def test_the_first_image_is_the_frame_whose_flow_leads_into_the_second_the_key_frame(root):
    pair = FlyingChairs(root, "val")[0]
    assert np.array_equal(pair.frame.permute(1, 2, 0).numpy(), _pixels(20))
    assert np.array_equal(pair.key_frame.permute(1, 2, 0).numpy(), _pixels(21))
    assert pair.flow.shape == (2, HEIGHT, WIDTH)
    assert pair.flow.eq(2).all()
    assert pair.gap.item() == 1
    assert pair.gap.shape == ()


def test_nothing_is_labelled(root):
    pair = FlyingChairs(root, "val")[0]
    for labels in (pair.labels, pair.key_labels):
        assert labels.shape == (HEIGHT, WIDTH)
        assert labels.dtype == torch.uint8
        assert labels.eq(VOID).all()


def test_unknown_flow_is_not_visible(root):
    flow = np.zeros((HEIGHT, WIDTH, 2))
    flow[1, 2, 0] = 1.7e9
    _write_flow(root / "data" / "00002_flow.flo", flow)
    pair = FlyingChairs(root, "val")[0]
    assert (~pair.visible).nonzero().tolist() == [[1, 2]]


def test_a_missing_root_says_where_to_get_it(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"(?s)nowhere.*_img1\.ppm.*lmb\.informatik.*data=synthetic_flow"):
        FlyingChairs(tmp_path / "nowhere", "train")


def test_a_missing_split_file_is_named(root):
    (root / "FlyingChairs_train_val.txt").unlink()
    with pytest.raises(FileNotFoundError, match=r"No split file at .*FlyingChairs_train_val\.txt"):
        FlyingChairs(root, "train")


@pytest.mark.parametrize("text", ["1\n2\n", "1\n2\n1\n1\n", "1\n2\n3\n", ""])
def test_a_split_file_that_does_not_fit_is_refused(root, text):
    (root / "FlyingChairs_train_val.txt").write_text(text)
    with pytest.raises(ValueError, match="one line, 1 or 2, for each of the 3 pairs"):
        FlyingChairs(root, "train")


def test_a_split_without_a_pair_is_refused(root):
    (root / "FlyingChairs_train_val.txt").write_text("1\n1\n1")
    with pytest.raises(ValueError, match="gives the split val no pair"):
        FlyingChairs(root, "val")


def test_another_split_is_refused(root):
    with pytest.raises(ValueError, match="train or val; got test"):
        FlyingChairs(root, "test")


@pytest.mark.parametrize("name", ["img1.ppm", "img2.ppm"])
def test_a_missing_frame_is_named(root, name):
    (root / "data" / f"00002_{name}").unlink()
    with pytest.raises(FileNotFoundError, match=f"00002_{name} is missing"):
        FlyingChairs(root, "val")[0]


def test_a_truncated_frame_is_named(root):
    path = root / "data" / "00002_img2.ppm"
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(ValueError, match=r"00002_img2\.ppm cannot be read as an image \(40 bytes\)"):
        FlyingChairs(root, "val")[0]


def test_files_of_different_size_are_refused(root):
    _write_flow(root / "data" / "00002_flow.flo", np.zeros((HEIGHT, WIDTH, 2)), size=(HEIGHT, WIDTH))
    with pytest.raises(ValueError, match=r"00002_img1.*must have one size; got 7x4, 7x4, 4x7"):
        FlyingChairs(root, "val")[0]
