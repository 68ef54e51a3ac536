"""Reading this project's own checkpoints: weights, configuration and classes, without executing code."""

import pickle
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from mpvss.types import ClassList

MODEL_GROUPS = ("backbone", "segmentor", "flow", "propagation")
"""Parts of the configuration that say what a checkpoint's weights are."""

_NOT_THE_MODEL = ("backbone.pretrained", "backbone.weights")


class Checkpoint(NamedTuple):
    """A trained model.

    Attributes:
        path: where it was read from.
        state_dict: of the LightningModule.
        config: the training run's configuration, its interpolations unresolved.
        classes: that the model predicts.
    """

    path: Path
    state_dict: dict[str, Tensor]
    config: dict[str, Any]
    classes: ClassList


def read_checkpoint(path: str | Path) -> Checkpoint:
    """Read a checkpoint that ``train.py`` wrote.

    Args:
        path: ``.ckpt`` file.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if it is not a checkpoint of this project.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(
            f"ckpt_path={path}: no such file. Give the checkpoint of a training run, "
            "<run folder>/checkpoints/best.ckpt or last.ckpt."
        )
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError) as error:
        raise ValueError(f"ckpt_path={path} is damaged or no checkpoint: {error}") from error
    missing = {"state_dict", "config", "classes"} - set(content)
    if missing:
        raise ValueError(
            f"ckpt_path={path} has no {', '.join(sorted(missing))}: it was not written by src/train.py. "
            "Give the checkpoint of a training run."
        )
    classes = ClassList(
        tuple(content["classes"]["names"]),
        tuple((red, green, blue) for red, green, blue in content["classes"]["colours"]),
    )
    return Checkpoint(path, content["state_dict"], content["config"], classes)


def load_model(model: nn.Module, checkpoint: Checkpoint, config: dict[str, Any], prefix: str) -> None:
    """Load a checkpoint's weights into a model, or name what differs.

    A flow module without parameters (copy) leaves the checkpoint's flow weights unused; any other difference
    is an error.

    Args:
        model: the propagator, with parts `segmentor` and `flow`.
        checkpoint: as read.
        config: the configuration `model` was built from, in the same form as the checkpoint's.
        prefix: of the model's keys in the checkpoint, ``"propagation."``.

    Raises:
        ValueError: if keys or shapes differ; names the configuration keys that differ, then the weights.
    """
    state = {key.removeprefix(prefix): value for key, value in checkpoint.state_dict.items() if key.startswith(prefix)}
    wanted = model.state_dict()
    if not any(key.startswith("flow.") for key in wanted):
        state = {key: value for key, value in state.items() if not key.startswith("flow.")}
    missing = sorted(wanted.keys() - state.keys())
    unexpected = sorted(state.keys() - wanted.keys())
    reshaped = sorted(key for key in wanted.keys() & state.keys() if wanted[key].shape != state[key].shape)
    if missing or unexpected or reshaped:
        differences = _differences(checkpoint.config, config)
        raise ValueError(
            f"{checkpoint.path} was trained with another configuration.\n"
            f"Keys that differ (checkpoint -> now): {'; '.join(differences) or 'none of the model groups'}.\n"
            f"Weights missing in it: {_some(missing)}; not used: {_some(unexpected)}; of another shape: "
            f"{_some(reshaped)}.\nLeave these overrides out to take the model as it was trained."
        )
    model.load_state_dict(state)


def _differences(trained: dict[str, Any], now: dict[str, Any]) -> list[str]:
    left, right = (dict(pair for g in MODEL_GROUPS for pair in _flatten(c.get(g), g)) for c in (trained, now))
    return [
        f"{key}: {left.get(key, 'absent')} -> {right.get(key, 'absent')}"
        for key in sorted(left.keys() | right.keys())
        if left.get(key) != right.get(key) and key not in _NOT_THE_MODEL
    ]


def _flatten(value: Any, key: str) -> list[tuple[str, Any]]:  # a configuration holds values of any plain type
    if isinstance(value, dict):
        return [pair for name, child in value.items() for pair in _flatten(child, f"{key}.{name}")]
    return [(key, value)]


def _some(keys: list[str]) -> str:
    if not keys:
        return "none"
    return ", ".join(keys[:5]) + (f" and {len(keys) - 5} more" if len(keys) > 5 else "")
