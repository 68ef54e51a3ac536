import pytest
import torch
from torchvision.io import decode_image

from mpvss.video import LabelWriter


def test_values_of_the_pictures_are_the_classes(tmp_path):
    labels = torch.randint(0, 256, (13, 22), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)
    with LabelWriter(tmp_path / "labels") as writer:
        writer.write(labels, "00000000")
        writer.write(labels.flip(0), "frame_7")
    assert torch.equal(decode_image(str(tmp_path / "labels" / "00000000.png")), labels[None])
    assert torch.equal(decode_image(str(tmp_path / "labels" / "frame_7.png")), labels.flip(0)[None])
    assert [file.name for file in tmp_path.iterdir()] == ["labels"]


def test_an_empty_folder_is_taken_and_missing_parents_are_made(tmp_path):
    (tmp_path / "empty").mkdir()
    for folder in (tmp_path / "empty", tmp_path / "deep" / "er"):
        with LabelWriter(folder) as writer:
            writer.write(torch.zeros(3, 5, dtype=torch.uint8), "a")
        assert [file.name for file in folder.iterdir()] == ["a.png"]


def test_a_folder_that_holds_something_is_refused_and_stays(tmp_path):
    (tmp_path / "a.png").write_text("precious")
    with pytest.raises(ValueError, match="must be new or empty"):
        LabelWriter(tmp_path)
    assert (tmp_path / "a.png").read_text() == "precious"


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_an_error_leaves_nothing(tmp_path, error):
    def write_and_fail():
        with LabelWriter(tmp_path / "labels") as writer:
            writer.write(torch.zeros(3, 5, dtype=torch.uint8), "a")
            raise error

    with pytest.raises(error):
        write_and_fail()
    assert not list(tmp_path.iterdir())


def test_labels_of_another_type_are_refused(tmp_path):
    with (
        pytest.raises(ValueError, match=r"labels of a must be \(H, W\) uint8; got \(3, 5\) torch.int64"),
        LabelWriter(tmp_path / "labels") as writer,
    ):
        writer.write(torch.zeros(3, 5, dtype=torch.int64), "a")
