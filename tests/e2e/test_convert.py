import subprocess
import sys
from pathlib import Path

import torch
from torchvision.models import resnet18

from mpvss.weights import read_checkpoint

SCRIPT = Path(__file__).parents[2] / "src" / "convert.py"


def _convert(*arguments, cwd):
    return subprocess.run([sys.executable, SCRIPT, *arguments], capture_output=True, text=True, cwd=cwd, check=False)


def test_the_command_writes_our_format_and_says_what_the_file_holds(tmp_path):
    torch.save(resnet18().state_dict(), tmp_path / "resnet18.pth")
    run = _convert("source=resnet18.pth", "output=ours.safetensors", cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    assert "ours.safetensors: a timm or torchvision ResNet, 120 tensors" in run.stdout
    assert len(read_checkpoint(tmp_path / "ours.safetensors").state) == 120
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ours.safetensors", "resnet18.pth"]


def test_the_command_reports_an_error_in_one_line(tmp_path):
    run = _convert("source=nowhere.pth", "output=ours.safetensors", cwd=tmp_path)
    assert run.returncode == 1
    assert run.stderr == "error: nowhere.pth: no such file or folder. Give a checkpoint, or hf://organisation/name.\n"
