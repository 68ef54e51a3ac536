import huggingface_hub.constants
import pytest

from mpvss.weights.hub import fetch

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def cache(monkeypatch, tmp_path):
    """An empty cache, without network."""
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    return tmp_path


def test_a_cached_model_needs_no_network(cache):
    model = cache / "models--someone--mask2former"
    snapshot = model / "snapshots" / COMMIT
    snapshot.mkdir(parents=True)
    (model / "refs").mkdir()
    (model / "refs" / "main").write_text(COMMIT)
    (snapshot / "model.safetensors").write_bytes(b"")
    assert fetch("hf://someone/mask2former") == snapshot


def test_without_network_the_error_names_the_ways_out(cache):
    with pytest.raises(FileNotFoundError, match=r"cannot fetch hf://someone/unknown: .*(\n.*)*HF_HOME.*HF_TOKEN"):
        fetch("hf://someone/unknown")


@pytest.mark.parametrize("address", ["hf://name", "hf://a/b/c", "hf:///name", "hf://someone/", "hf://some one/name"])
def test_other_addresses_are_refused(address, cache):
    with pytest.raises(ValueError, match="hf://"):
        fetch(address)
