import pickle

import pytest
import torch
from torch import nn

from mpvss.checkpoint import load_model, read_checkpoint
from mpvss.flow import CopyFlow

CONFIG = {"backbone": {"name": "a", "pretrained": True}, "segmentor": {"dim": 4}, "flow": {}, "propagation": {}}


class Model(nn.Module):
    def __init__(self, dim=4, flow=None):
        super().__init__()
        self.segmentor = nn.Linear(2, dim)
        self.flow = flow or nn.Linear(3, 1)


def written(path, model, config=None):
    state = {f"propagation.{key}": value for key, value in model.state_dict().items()}
    content = {"state_dict": state, "config": config or CONFIG, "classes": {"names": ["sky"], "colours": [[1, 2, 3]]}}
    torch.save(content, path)
    return path


def test_weights_configuration_and_classes_come_back(tmp_path):
    torch.manual_seed(0)
    model, other = Model(), Model()
    checkpoint = read_checkpoint(written(tmp_path / "a.ckpt", model))
    load_model(other, checkpoint, CONFIG, "propagation.")
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), other.parameters(), strict=True))
    assert checkpoint.config == CONFIG
    assert checkpoint.classes == (("sky",), ((1, 2, 3),))


def test_copying_leaves_the_flow_weights_unused(tmp_path):
    checkpoint = read_checkpoint(written(tmp_path / "a.ckpt", Model()))
    load_model(Model(flow=CopyFlow()), checkpoint, CONFIG, "propagation.")


def test_another_configuration_names_the_keys_that_differ(tmp_path):
    checkpoint = read_checkpoint(written(tmp_path / "a.ckpt", Model()))
    now = CONFIG | {"segmentor": {"dim": 5}, "backbone": {"name": "b", "pretrained": False}}
    with pytest.raises(ValueError, match=r"backbone.name: a -> b; segmentor.dim: 4 -> 5\.") as error:
        load_model(Model(dim=5), checkpoint, now, "propagation.")
    assert "of another shape: segmentor.bias, segmentor.weight" in str(error.value)
    assert "pretrained" not in str(error.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"ckpt_path=.*none.ckpt: no such file"):
        read_checkpoint(tmp_path / "none.ckpt")


def test_a_file_of_something_else_is_refused(tmp_path):
    torch.save({"state_dict": {}}, tmp_path / "other.ckpt")
    with pytest.raises(ValueError, match="has no classes, config"):
        read_checkpoint(tmp_path / "other.ckpt")


def test_a_truncated_file_is_refused(tmp_path):
    path = written(tmp_path / "a.ckpt", Model())
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(ValueError, match=r"a.ckpt is damaged or no checkpoint"):
        read_checkpoint(path)


class Malicious:
    def __reduce__(self):
        return (exec, ("raise SystemExit('executed')",))


def test_a_checkpoint_never_executes_code(tmp_path):
    torch.save({"state_dict": Malicious(), "config": {}, "classes": {}}, tmp_path / "bad.ckpt")
    with pytest.raises(ValueError, match="damaged or no checkpoint"):
        read_checkpoint(tmp_path / "bad.ckpt")
    (tmp_path / "plain.ckpt").write_bytes(pickle.dumps(Malicious()))
    with pytest.raises(ValueError, match="damaged or no checkpoint"):
        read_checkpoint(tmp_path / "plain.ckpt")
