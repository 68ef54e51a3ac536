import os
import stat

import pytest
import torch
from safetensors.torch import load_file

from mpvss.weights import convert, describe, load_weights, read_checkpoint, save, save_weights


def test_what_is_saved_is_read_again(make_model, tmp_path):
    model = make_model()
    metadata = {"notes": ["road", "sky"], "epoch": 3}
    save_weights(model, tmp_path / "new" / "model.safetensors", metadata)
    checkpoint = read_checkpoint(tmp_path / "new" / "model.safetensors")
    assert checkpoint.state.keys() == model.state_dict().keys()
    assert all(torch.equal(checkpoint.state[key], tensor) for key, tensor in model.state_dict().items())
    assert checkpoint.architecture == describe(model)
    assert {key: checkpoint.metadata[key] for key in metadata} == metadata


@pytest.mark.parametrize("part", ["segmentor", "segmentor.backbone"])
def test_a_part_is_saved_under_the_keys_of_the_whole(part, make_model, tmp_path):
    module = make_model().get_submodule(part)
    save_weights(module, tmp_path / "part.safetensors")
    stored = load_file(tmp_path / "part.safetensors")
    assert stored.keys() == {f"propagation.{part}.{key}" for key in module.state_dict()}


def test_a_failed_save_leaves_the_old_file_and_nothing_else(make_model, tmp_path, monkeypatch):
    path = tmp_path / "model.safetensors"
    save_weights(make_model(), path)
    before = path.read_bytes()

    def fail(*args):
        args[1].write_bytes(b"half")
        raise OSError("no space left")

    monkeypatch.setattr(save, "save_file", fail)
    with pytest.raises(OSError, match="no space left"):
        save_weights(make_model(), path)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["model.safetensors"]


def test_the_file_is_as_readable_as_any_other(make_model, tmp_path):
    save_weights(make_model().segmentor.backbone, tmp_path / "model.safetensors")
    (tmp_path / "other").touch()
    modes = {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("model.safetensors", "other")}
    assert len(modes) == 1


def test_another_suffix_is_refused(make_model, tmp_path):
    with pytest.raises(ValueError, match=r"written as \.safetensors; got .*model\.pth"):
        save_weights(make_model(), tmp_path / "model.pth")


def test_a_converted_file_holds_the_same_weights_and_where_they_came_from(make_model, as_authors, tmp_path):
    original, model = make_model(), make_model()
    torch.save(as_authors(original.state_dict()), tmp_path / "mpvss.pth")
    convert(tmp_path / "mpvss.pth", tmp_path / "ours.safetensors")
    report = load_weights(model, tmp_path / "ours.safetensors")
    for key, tensor in original.state_dict().items():
        assert torch.equal(model.state_dict()[key], tensor), key
    assert report.checkpoint.format == "mpvss"
    origin = report.checkpoint.metadata["origin"]
    assert origin == {"source": str(tmp_path / "mpvss.pth"), "format": "the MPVSS authors' model"}


def test_metadata_of_a_run_survives(make_model, tmp_path):
    content = {
        "state_dict": {f"propagation.{key}": tensor for key, tensor in make_model().state_dict().items()},
        "run": {"format": 2, "choices": {"backbone": "tiny"}, "values": {"segmentor.num_heads": 4}},
        "classes": {"names": ["road"], "colours": [[1, 2, 3]]},
    }
    torch.save(content, tmp_path / "last.ckpt")
    convert(tmp_path / "last.ckpt", tmp_path / "ours.safetensors")
    checkpoint = read_checkpoint(tmp_path / "ours.safetensors")
    assert checkpoint.run.to_metadata() == content["run"]
    assert checkpoint.classes.to_metadata() == content["classes"]
    assert checkpoint.architecture == read_checkpoint(tmp_path / "last.ckpt").architecture


def test_another_output_is_refused(make_model, as_authors, tmp_path):
    torch.save(as_authors(make_model().state_dict()), tmp_path / "mpvss.pth")
    with pytest.raises(ValueError, match=r"written as \.safetensors"):
        convert(tmp_path / "mpvss.pth", tmp_path / "ours.ckpt")
