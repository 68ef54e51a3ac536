import torch
from torchvision.models import resnet18

from mpvss.weights import read_checkpoint


def test_the_command_writes_our_format_and_says_what_the_file_holds(run, tmp_path):
    torch.save(resnet18().state_dict(), tmp_path / "resnet18.pth")
    answer = run("convert.py", "source=resnet18.pth", "output=ours.safetensors")
    assert answer.status == 0, answer.err
    assert "ours.safetensors: a timm or torchvision ResNet, 120 tensors" in answer.out
    assert len(read_checkpoint(tmp_path / "ours.safetensors").state) == 120
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ours.safetensors", "resnet18.pth"]


def test_the_command_reports_an_error_in_one_line(run_here):
    answer = run_here("convert.py", "source=nowhere.pth", "output=ours.safetensors")
    assert answer.status == 1
    assert answer.err == "error: nowhere.pth: no such file or folder. Give a checkpoint, or hf://organisation/name.\n"
