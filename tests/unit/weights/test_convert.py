import pytest
import torch

from mpvss.weights import convert, load_weights, read_checkpoint


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
        "config": {"segmentor": {"num_heads": 4}},
        "classes": {"names": ["road"]},
    }
    torch.save(content, tmp_path / "last.ckpt")
    convert(tmp_path / "last.ckpt", tmp_path / "ours.safetensors")
    checkpoint = read_checkpoint(tmp_path / "ours.safetensors")
    assert checkpoint.metadata["config"] == content["config"]
    assert checkpoint.metadata["classes"] == content["classes"]
    assert checkpoint.architecture == read_checkpoint(tmp_path / "last.ckpt").architecture


def test_another_output_is_refused(make_model, as_authors, tmp_path):
    torch.save(as_authors(make_model().state_dict()), tmp_path / "mpvss.pth")
    with pytest.raises(ValueError, match=r"written as \.safetensors"):
        convert(tmp_path / "mpvss.pth", tmp_path / "ours.ckpt")
