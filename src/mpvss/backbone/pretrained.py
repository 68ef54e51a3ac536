"""timm models with weights from a local file or from timm's hub, or an error that names both ways out."""

import logging
from pathlib import Path
from typing import Any

import timm
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

log = logging.getLogger(__name__)


def create_timm_model(name: str, pretrained: bool, weights: str | None, **options: Any) -> Any:
    """Create a timm model and load its weights.

    Args:
        name: timm's model name, with the tag of its weights: ``resnet50.tv_in1k``.
        pretrained: fetch the tag's weights through timm (cached after the first time).
        weights: a local ``.safetensors`` or ``.pth`` file of that model; takes precedence over `pretrained`.
        **options: passed on to ``timm.create_model`` (their types are timm's).

    Returns:
        The model; untyped, since its attributes are timm's.

    Raises:
        FileNotFoundError: if `weights` does not exist, or the hub cannot be reached.
        ValueError: if the file is not of that model; the keys are named.
    """
    if weights is not None:
        model = timm.create_model(name, pretrained=False, **options)
        load_timm_weights(model, Path(weights), name)
        return model
    try:
        return timm.create_model(name, pretrained=pretrained, **options)
    except (OSError, RuntimeError) as error:
        if not pretrained:
            raise
        raise FileNotFoundError(
            f"cannot fetch the ImageNet weights of {name}: {error}\n"
            "Without network, either give a local file, backbone.weights=FILE (.safetensors or .pth, timm's key "
            "names), or start from random weights with backbone.pretrained=false."
        ) from error


def load_timm_weights(model: nn.Module, path: Path, name: str) -> None:
    """Load a timm checkpoint file into a model or into its feature extractor.

    Keys of the full model that the feature extractor has cut off (its classifier) are left out; any other
    difference is an error.

    Args:
        model: a timm model, possibly ``features_only``.
        path: ``.safetensors`` or ``.pth`` file.
        name: timm's name of the model.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if keys or shapes differ.
    """
    if not path.is_file():
        raise FileNotFoundError(f"backbone.weights={path}: no such file. Give the weights of timm's {name}.")
    state = _read(path)
    with torch.device("meta"):
        cut_off = set(timm.create_model(name).state_dict()) - set(model.state_dict())
    wanted = model.state_dict()
    missing = sorted(key for key in wanted if key not in state and not key.endswith("num_batches_tracked"))
    unexpected = sorted(key for key in state if key not in wanted and key not in cut_off)
    reshaped = sorted(key for key in wanted if key in state and state[key].shape != wanted[key].shape)
    if missing or unexpected or reshaped:
        raise ValueError(
            f"{path} does not hold the weights of timm's {name}: "
            f"missing {_some(missing)}, unexpected {_some(unexpected)}, of another shape {_some(reshaped)}. "
            "Choose the backbone that the file was made for."
        )
    model.load_state_dict({key: state[key] for key in wanted if key in state}, strict=False)
    log.info("%s: loaded %d tensors from %s", name, len(wanted), path)


def _read(path: Path) -> dict[str, Tensor]:
    if path.suffix == ".safetensors":
        return load_file(path)
    content = torch.load(path, map_location="cpu", weights_only=True)
    for key in ("state_dict", "model"):
        content = content.get(key, content)
    return content


def _some(keys: list[str]) -> str:
    return ", ".join(keys[:5]) + (f" and {len(keys) - 5} more" if len(keys) > 5 else "") if keys else "none"
