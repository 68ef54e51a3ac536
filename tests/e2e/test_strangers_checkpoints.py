"""A checkpoint that names something to call is refused in one line by every command, and nothing is called."""

import copy
import json

import pytest
import torch
from fixtures import format_1
from safetensors.torch import save_file
from torchvision.io import write_png

COMMANDS = {
    "predict.py": ("ckpt_path={file}", "video={frames}", "output=labels"),
    "eval.py": ("ckpt_path={file}", "trainer=cpu"),
    "eval.py methods": ("methods={{a: '{file}'}}", "trainer=cpu"),
    "visualize.py": ("ckpt_path={file}", "video={frames}", "output=pictures"),
    "convert.py": ("source={file}", "output=new.safetensors"),
    "train.py": ("experiment=demo", "ckpt_path={file}", "logger=csv", "trainer.max_steps=1"),
}
DEPTHS = [("backbone", "_target_"), ("data", "datamodule", "val", "deep", "deeper"), ("callbacks", "mine")]


@pytest.fixture
def frames(tmp_path):
    folder = tmp_path / "frames"
    folder.mkdir()
    for index, frame in enumerate(format_1.frames()[:2]):
        write_png(frame, str(folder / f"{index}.png"))
    return folder


def marked(folder, place, suffix):
    """Save a checkpoint whose configuration would make a file `marker` if what it names were called."""
    content = copy.deepcopy(format_1.content())
    node = content["config"]
    for key in place[:-1]:
        node = node.setdefault(key, {})
    target = {"_target_": "pathlib.Path.touch", "self": str(folder / "marker")}
    node[place[-1]] = target["_target_"] if place[-1] == "_target_" else target
    file = folder / f"strange{suffix}"
    if suffix == ".ckpt":
        torch.save(content, file)
    else:
        header = {"mpvss": json.dumps({key: content[key] for key in ("config", "classes")})}
        save_file(content["state_dict"], file, header)
    return file


@pytest.mark.parametrize("suffix", [".ckpt", ".safetensors"])
@pytest.mark.parametrize("place", DEPTHS)
@pytest.mark.parametrize("command", COMMANDS)
def test_it_is_refused_in_one_line_and_calls_nothing(run_here, tmp_path, frames, command, place, suffix):
    file = marked(tmp_path, place, suffix)
    arguments = [argument.format(file=file, frames=frames) for argument in COMMANDS[command]]
    answer = run_here(command.split()[0], *arguments)
    assert answer.status == 1
    (line,) = [line for line in answer.err.splitlines() if line.startswith("error:")]
    assert f"{file}: its stored configuration is refused: {'.'.join(place)}" in line
    assert "Traceback" not in answer.err
    assert not (tmp_path / "marker").exists()
    assert not (tmp_path / "new.safetensors").exists()


def test_a_checkpoint_of_0_1_0_is_read_by_every_command(run_here, tmp_path, frames):
    torch.save(format_1.content(), tmp_path / "old.ckpt")
    answer = run_here("predict.py", "ckpt_path=old.ckpt", f"video={frames}", "output=labels")
    assert answer.status == 0, answer.err
    small = ("trainer=cpu", "data.num_workers=0", "data.val_videos=1", "data.num_frames=17", "interval=3")
    answer = run_here("eval.py", "ckpt_path=old.ckpt", *small)
    assert answer.status == 0, answer.err
    answer = run_here("convert.py", "source=old.ckpt", "output=new.safetensors")
    assert answer.status == 0, answer.err
    answer = run_here("visualize.py", "ckpt_path=new.safetensors", f"video={frames}", "output=pictures", "frames=[0,1]")
    assert answer.status == 0, answer.err
