import csv
import json
from pathlib import Path

import pytest
import torch
from torchvision.io import write_jpeg, write_png

from mpvss.evaluation.record import read_record

ROOT = Path(__file__).parents[2]
NAMES = ("sky", "road", "car")
TRAIN = (
    "experiment=demo", "data=clips", "data.root=clips", "data.crop=[32,64]", "data.batch_size=1", "data.num_workers=0",
    "interval=2", "trainer.max_steps=1", "logger=csv",
)  # fmt: skip


@pytest.fixture
def clips(tmp_path):
    """Two clips of three frames in VSPW's layout; sky above road, and a car that drives to the right."""
    root = tmp_path / "clips"
    codes = {"others": "0"} | {name: str(index + 1) for index, name in enumerate(NAMES)}
    root.mkdir()
    (root / "label_num_dic_final.json").write_text(json.dumps(codes))
    torch.manual_seed(0)
    for split in ("train", "val"):
        (root / f"{split}.txt").write_text(f"\n{split}_clip\n\n")  # blank lines
        clip = root / "data" / f"{split}_clip"
        (clip / "origin").mkdir(parents=True)
        (clip / "mask").mkdir()
        for index in range(3):
            mask = torch.full((1, 41, 66), 1, dtype=torch.uint8)
            mask[:, 20:] = 2
            mask[:, 15:25, 10 + 5 * index : 30 + 5 * index] = 3
            noise = torch.randint(0, 40, (3, 41, 66), dtype=torch.uint8)
            write_jpeg(mask.expand(3, -1, -1) * 60 + noise, str(clip / "origin" / f"{index:05d}.jpg"))
            write_png(mask, str(clip / "mask" / f"{index:05d}.png"))
    return root


def test_a_folder_of_clips_is_trained_on_and_evaluated(run_here, clips, tmp_path):
    answer = run_here("train.py", *TRAIN)
    assert answer.status == 0, answer.err
    (tmp_path / "out").rename(tmp_path / "trained")
    content = torch.load(tmp_path / "trained" / "checkpoints" / "last.ckpt", weights_only=True)
    assert content["classes"]["names"] == list(NAMES)
    assert content["state_dict"]["propagation.segmentor.query_decoder.class_head.weight"].shape[0] == 3 + 1

    answer = run_here("eval.py", "ckpt_path=trained/checkpoints/last.ckpt", "interval=2")
    assert answer.status == 0, answer.err
    rows = csv.DictReader((tmp_path / "trained" / "csv" / "metrics.csv").open())
    (trained,) = [row for row in rows if row["val/mIoU"]]
    (evaluated,) = read_record(tmp_path / "out").results
    assert evaluated.scores["mIoU"] == pytest.approx(float(trained["val/mIoU"]), abs=1e-4)  # logged in float32


def test_clips_without_a_label_are_trained_on_and_the_latest_weights_kept(run_here, clips, tmp_path):
    for mask in clips.glob("data/*/mask/*.png"):
        write_png(torch.zeros(1, 41, 66, dtype=torch.uint8), str(mask))  # others: void
    answer = run_here("train.py", *TRAIN, "trainer.max_steps=2", "trainer.val_check_interval=1")
    assert answer.status == 0, answer.err
    assert "There is no val/mIoU on these data" in (tmp_path / "out" / "train.log").read_text()
    for name in ("best", "last"):
        assert torch.load(tmp_path / "out" / "checkpoints" / f"{name}.ckpt", weights_only=True)["global_step"] == 2


def cut_short(clip):
    image = clip / "origin" / "00001.jpg"
    image.write_bytes(image.read_bytes()[:100])


def resize_a_mask(clip):
    write_png(torch.ones(1, 40, 66, dtype=torch.uint8), str(clip / "mask" / "00001.png"))


def use_an_unknown_label(clip):
    write_png(torch.full((1, 41, 66), 4, dtype=torch.uint8), str(clip / "mask" / "00001.png"))


def lose_a_frame(clip):
    (clip / "origin" / "00001.jpg").unlink()


def leave_one_frame(clip):
    for index in (1, 2):
        (clip / "origin" / f"{index:05d}.jpg").unlink()
        (clip / "mask" / f"{index:05d}.png").unlink()


@pytest.mark.parametrize(
    ("damage", "split", "said"),
    [
        (lose_a_frame, "val", ["00001.png has no frame", "val_clip"]),
        (cut_short, "val", ["00001.jpg cannot be read as an image (100 bytes)"]),
        (resize_a_mask, "val", ["00001.png must have the size of its frame 00001.jpg, 66x41; got 66x40"]),
        (use_an_unknown_label, "val", ["00001.png holds label 4; with 3 classes labels must be 1..3"]),
        (leave_one_frame, "train", ["Training pairs need a clip of at least two frames"]),
    ],
)
def test_bad_files_are_named_in_one_message(run_here, clips, damage, split, said):
    damage(clips / "data" / f"{split}_clip")
    answer = run_here("train.py", *TRAIN)
    assert answer.status == 1
    message = answer.err[answer.err.index("error: ") :]
    assert all(words in message for words in said), message
    assert "Traceback" not in answer.err


def test_a_bad_file_found_by_a_reading_process_is_named_just_so(run_here, clips):
    use_an_unknown_label(clips / "data" / "val_clip")
    answer = run_here("train.py", *TRAIN, "data.num_workers=1")
    assert answer.status == 1
    (line,) = [line for line in answer.err.splitlines() if line.startswith("error: ")]
    assert line.endswith("data.skip_bad_clips=true then leaves out what is damaged.")
    assert (
        "00001.png holds label 4; with 3 classes labels must be 1..3, or 0 or 255 for void. Check the file, or" in line
    )
    assert "Traceback" not in answer.err


@pytest.mark.parametrize("place", ["the checkout", "elsewhere"])
def test_without_its_data_set_the_papers_command_says_what_to_do(run, tmp_path, place):
    """Exactly as the README has it; nothing is fetched, which would fail here with another message."""
    arguments = ("backbone=swin_l", "data=vspw", "interval=5")
    script = ROOT / "src" / "train.py"
    if place == "the checkout":
        for name in ("src", "conf"):
            (tmp_path / name).symlink_to(ROOT / name)
        script = tmp_path / "src" / "train.py"
    answer = run(script, *arguments)
    assert answer.status == 1
    message = answer.err[answer.err.index("error: ") :]
    assert message.startswith(f"error: No data set at {tmp_path}/data/VSPW_480p. Expected this layout:\n")
    for words in ("<root>/data/<clip>/origin/<frame>.jpg", "github.com/VSPW-dataset", "VSPW_ROOT", "data=synthetic"):
        assert words in message
    assert "Traceback" not in answer.err
