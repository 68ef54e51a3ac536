import json
import os
import pickle

import pytest
import torch
from safetensors.torch import save_file

from mpvss.weights.files import read_file, read_folder

STATE = {"conv.weight": torch.arange(6.0).reshape(2, 3), "conv.count": torch.tensor(4)}


class _Malicious:
    def __init__(self, folder):
        self.folder = folder

    def __reduce__(self):
        return os.mkdir, (str(self.folder),)


def _assert_state(tensors):
    assert list(tensors) == list(STATE)
    assert all(torch.equal(tensors[key], tensor) for key, tensor in STATE.items())


@pytest.mark.parametrize("name", ["model.pth", "model.pt", "model.bin", "model.ckpt", "zipped.pkl"])
@pytest.mark.parametrize("wrap", [lambda state: state, lambda state: {"model": state, "epoch": 3}])
def test_files_of_torch_save_are_read(name, wrap, tmp_path):
    torch.save(wrap(STATE), tmp_path / name)
    _assert_state(read_file(tmp_path / name).tensors)


def test_the_old_file_format_of_torch_is_read(tmp_path):
    torch.save(STATE, tmp_path / "old.pth", _use_new_zipfile_serialization=False)
    _assert_state(read_file(tmp_path / "old.pth").tensors)


def test_safetensors_are_read(tmp_path):
    save_file(STATE, tmp_path / "model.safetensors", {"format": "pt"})
    tensors, metadata = read_file(tmp_path / "model.safetensors")
    _assert_state({key: tensors[key] for key in STATE})
    assert metadata == {}


def test_numpy_pickles_are_read(tmp_path):
    content = {"model": {key: tensor.numpy() for key, tensor in STATE.items()}}
    (tmp_path / "model.pkl").write_bytes(pickle.dumps(content))
    _assert_state(read_file(tmp_path / "model.pkl").tensors)


def test_configuration_and_classes_of_a_run_are_kept(tmp_path):
    content = {"state_dict": STATE, "config": {"backbone": {"name": "x"}}, "classes": {"names": ["a"]}, "epoch": 1}
    torch.save(content, tmp_path / "run.ckpt")
    tensors, metadata = read_file(tmp_path / "run.ckpt")
    _assert_state(tensors)
    assert metadata == {"config": {"backbone": {"name": "x"}}, "classes": {"names": ["a"]}}


def test_the_prefix_of_data_parallel_training_is_removed(tmp_path):
    torch.save({f"module.{key}": tensor for key, tensor in STATE.items()}, tmp_path / "ddp.pth")
    _assert_state(read_file(tmp_path / "ddp.pth").tensors)


def test_a_pth_with_code_does_not_run_and_says_why(tmp_path):
    torch.save({"model": STATE, "hook": _Malicious(tmp_path / "made")}, tmp_path / "evil.pth")
    with pytest.raises(ValueError, match=r"evil\.pth .* was refused, since loading it could run code"):
        read_file(tmp_path / "evil.pth")
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize("name", ["broken.pth", "broken.safetensors", "broken.pkl"])
def test_a_damaged_file_is_named(name, tmp_path):
    (tmp_path / name).write_bytes(b"\x80\x02this is no checkpoint")
    with pytest.raises(ValueError, match=name):
        read_file(tmp_path / name)


def test_a_truncated_file_is_named(tmp_path):
    path = tmp_path / "half.pth"
    torch.save(STATE, path)
    path.write_bytes(path.read_bytes()[:700])
    with pytest.raises(ValueError, match=r"half\.pth"):
        read_file(path)


@pytest.mark.parametrize("content", [{"epoch": 3, "model": {"weight": "text"}}, [1, 2], {}])
def test_a_file_without_a_state_dict_is_refused(content, tmp_path):
    torch.save(content, tmp_path / "other.pth")
    with pytest.raises(ValueError, match=r"other\.pth holds no state dict"):
        read_file(tmp_path / "other.pth")


@pytest.mark.parametrize("kind", ["safetensors", "bin"])
def test_a_sharded_folder_is_read(kind, tmp_path):
    single = {"safetensors": "model.safetensors", "bin": "pytorch_model.bin"}[kind]
    shards = {key: f"{number}-of-2.{kind}" for number, key in enumerate(STATE)}
    for key, shard in shards.items():
        if kind == "bin":
            torch.save({key: STATE[key]}, tmp_path / shard)
        else:
            save_file({key: STATE[key]}, tmp_path / shard)
    (tmp_path / f"{single}.index.json").write_text(json.dumps({"weight_map": shards}))
    (tmp_path / "config.json").write_text('{"num_attention_heads": 4}')
    tensors, metadata = read_folder(tmp_path)
    _assert_state(tensors)
    assert metadata == {"config.json": {"num_attention_heads": 4}}


def test_a_missing_shard_is_named(tmp_path):
    index = {"weight_map": {"a": "1.safetensors", "b": "2.safetensors"}}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(FileNotFoundError, match=r"names 1\.safetensors, 2\.safetensors, not in"):
        read_folder(tmp_path)


def test_a_folder_without_weights_is_refused(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(FileNotFoundError, match=r"holds no weights: expected model\.safetensors or pytorch_model\.bin"):
        read_folder(tmp_path)
