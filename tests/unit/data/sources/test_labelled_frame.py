"""Every damage of a frame's two files is reported, not only the first."""

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision.io import write_jpeg, write_png

from mpvss.data.health.problems import Kind
from mpvss.data.sources.label_codes import LabelCodes
from mpvss.data.sources.labelled_frame import read_labelled_frame
from mpvss.types import VOID


@pytest.fixture
def files(tmp_path):
    """Return the paths of a frame of 64x48 noise and its label map of void, classes 0 and 1."""
    generator = torch.Generator().manual_seed(0)
    write_jpeg(torch.randint(0, 256, (3, 48, 64), generator=generator, dtype=torch.uint8), str(tmp_path / "1.jpg"))
    write_png(torch.randint(0, 3, (1, 48, 64), generator=generator, dtype=torch.uint8), str(tmp_path / "1.png"))
    return tmp_path / "1.jpg", tmp_path / "1.png"


def _kinds(files, num_classes=2):
    return [problem.kind for problem in read_labelled_frame(*files, LabelCodes.from_one(num_classes)).problems]


def test_a_whole_frame_is_read_without_a_problem(files):
    frame = read_labelled_frame(*files, LabelCodes.from_one(2))
    assert frame.problems == ()
    assert frame.image.shape == (3, 48, 64)
    assert frame.labels.unique().tolist() == [0, 1, VOID]


def test_a_frame_can_be_read_without_labels(files):
    image, labels, problems = read_labelled_frame(files[0], None, LabelCodes.from_one(2))
    assert (image is not None, labels, problems) == (True, None, ())


def test_both_files_are_reported(files):
    files[0].write_bytes(b"")
    files[1].write_bytes(files[1].read_bytes()[:60])
    assert _kinds(files) == [Kind.EMPTY_FILE, Kind.UNREADABLE]


@pytest.mark.parametrize("index", [0, 1])
@pytest.mark.parametrize("lost", [40, 1000])
def test_a_file_that_lacks_its_end_is_unreadable(files, index, lost):
    files[index].write_bytes(files[index].read_bytes()[:-lost])
    assert _kinds(files) == [Kind.UNREADABLE]


def test_size_and_labels_are_reported_both(files):
    write_png(torch.full((1, 47, 64), 7, dtype=torch.uint8), str(files[1]))
    assert _kinds(files) == [Kind.UNKNOWN_LABEL, Kind.WRONG_SIZE]


def test_all_unknown_labels_are_named(files):
    codes = torch.ones(1, 48, 64, dtype=torch.uint8)
    codes[0, 0, :3] = torch.tensor([9, 5, 9])
    write_png(codes, str(files[1]))
    (problem,) = read_labelled_frame(*files, LabelCodes.from_one(2)).problems
    assert "holds label 5, 9; with 2 classes labels must be 1..2" in problem.text


@pytest.mark.parametrize("index", [0, 1])
def test_16_bits_are_the_wrong_depth(files, index):
    path = files[index].with_suffix(".png")
    Image.fromarray(np.full((48, 64), 300, np.uint16)).save(path)
    read = (path, None) if index == 0 else (files[0], path)
    assert _kinds(read) == [Kind.WRONG_FORMAT]


def test_a_file_that_is_gone_is_missing(files):
    files[1].unlink()
    assert _kinds(files) == [Kind.MISSING_MASK]
    files[0].unlink()
    assert _kinds(files) == [Kind.MISSING_FRAME, Kind.MISSING_MASK]
