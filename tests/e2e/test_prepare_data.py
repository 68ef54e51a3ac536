import numpy as np
import pytest
from PIL import Image


@pytest.fixture
def vspw(tmp_path):
    """VSPW as it was shot, of one clip of two frames."""
    for folder, shape, ending in (("origin", (960, 20, 3), "jpg"), ("mask", (960, 20), "png")):
        files = tmp_path / "VSPW" / "data" / "beach" / folder
        files.mkdir(parents=True)
        for frame in range(2):
            Image.fromarray(np.full(shape, 1, np.uint8)).save(files / f"{frame:08d}.{ending}")
    (tmp_path / "VSPW" / "train.txt").write_text("beach")
    return tmp_path / "VSPW"


def test_the_command_says_what_it_did_and_goes_on_where_it_ended(run_here, vspw, tmp_path):
    arguments = ("source=VSPW", "target=480p", "num_workers=0")
    answer = run_here("prepare_data.py", *arguments)
    assert (answer.status, answer.err) == (0, "")
    assert "480p: 1 clips, 4 files written, 0 kept\n" in answer.out
    assert Image.open(tmp_path / "480p" / "data" / "beach" / "origin" / "00000001.jpg").size == (10, 480)
    (tmp_path / "480p" / "data" / "beach" / "mask" / "00000001.png").unlink()
    assert "480p: 1 clips, 1 files written, 3 kept\n" in run_here("prepare_data.py", *arguments).out


def test_damage_of_the_source_is_named_and_changes_the_exit_status(run_here, vspw):
    (vspw / "data" / "beach" / "mask" / "00000001.png").write_bytes(b"torn")
    answer = run_here("prepare_data.py", "source=VSPW", "target=480p", "num_workers=0")
    assert answer.status == 1
    assert "480p: 1 clips, 3 files written, 0 kept\n" in answer.out
    assert "beach/mask/00000001.png cannot be read as an image" in answer.err
    assert "data.skip_bad_clips=true" in answer.err


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("source=nowhere", "There is no folder"),
        ("target=VSPW", "must be apart"),
        ("quality=100", "quality must be within 1 and 95"),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_message(run_here, vspw, tmp_path, override, said):
    given = {"source": "VSPW", "target": "480p"} | dict([override.split("=")])
    answer = run_here("prepare_data.py", *(f"{key}={value}" for key, value in given.items()), "num_workers=0")
    assert answer.status == 1
    assert answer.err.startswith("error: ")
    assert said in answer.err
    assert not (tmp_path / "480p").exists()
