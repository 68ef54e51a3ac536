import pytest
import torch

from mpvss.weights import read_checkpoint


def test_a_run_of_ours_is_read_with_its_configuration(make_model, tmp_path):
    model = make_model()
    content = {
        "state_dict": {
            **{f"propagation.{key}": tensor for key, tensor in model.state_dict().items()},
            "metrics.confusion": torch.zeros(5, 5),
        },
        "run": {"format": 2, "choices": {"backbone": "tiny"}, "values": {"segmentor.num_heads": 4}},
        "classes": {"names": ["road"], "colours": [[1, 2, 3]]},
        "optimizer_states": [{"lr": 0.1}],
    }
    torch.save(content, tmp_path / "last.ckpt")
    checkpoint = read_checkpoint(tmp_path / "last.ckpt")
    assert checkpoint.format == "mpvss"
    assert checkpoint.state.keys() == model.state_dict().keys()
    assert checkpoint.run.to_metadata() == content["run"]
    assert checkpoint.classes.to_metadata() == content["classes"]
    assert checkpoint.metadata == {}
    assert checkpoint.dropped == ("metrics.confusion",)
    assert checkpoint.architecture.num_heads == 4


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nowhere\.pth: no such file"):
        read_checkpoint(tmp_path / "nowhere.pth")


def test_a_file_of_no_known_format_is_named(tmp_path):
    torch.save({"fc1.weight": torch.zeros(1)}, tmp_path / "other.pth")
    with pytest.raises(ValueError, match=r"other\.pth: no known format has keys like fc1\.weight"):
        read_checkpoint(tmp_path / "other.pth")
