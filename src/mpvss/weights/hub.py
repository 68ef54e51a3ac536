"""Checkpoints from the Hugging Face hub: ``hf://organisation/name``."""

from pathlib import Path

from huggingface_hub import snapshot_download
from huggingface_hub.errors import HfHubHTTPError, HFValidationError

SCHEME = "hf://"
_PATTERNS = ("config.json", "*.safetensors", "*.safetensors.index.json"), ("pytorch_model*",)


def fetch(address: str) -> Path:
    """Download a model's configuration and weights, or take them from the cache of huggingface_hub.

    Args:
        address: ``hf://organisation/name``.

    Returns:
        The folder with the files.

    Raises:
        FileNotFoundError: if the hub cannot be reached and the model is not in the cache, or if there is no
            such model.
        ValueError: if the address is not of that form.
    """
    name = address.removeprefix(SCHEME)
    if name.count("/") != 1 or not all(name.split("/")):
        raise ValueError(f"a model on the hub is hf://organisation/name; got {address}.")
    try:
        folder = Path(snapshot_download(name, allow_patterns=list(_PATTERNS[0])))
        if not any(folder.glob("*.safetensors")):
            folder = Path(snapshot_download(name, allow_patterns=[*_PATTERNS[0], *_PATTERNS[1]]))
    except HFValidationError as error:
        raise ValueError(f"{address} is no name of a model: {error}") from error
    except (HfHubHTTPError, OSError) as error:
        reason = str(error).strip().splitlines()[0]
        raise FileNotFoundError(
            f"cannot fetch {address}: {reason}\n"
            "If the name is right: without network, download the model elsewhere and give its folder instead of "
            "hf://..., or set HF_HOME to a cache that holds it; for a private or gated model, set HF_TOKEN."
        ) from error
    return folder
