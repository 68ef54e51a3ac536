"""From a composed configuration to a model, weights included."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from hydra.errors import InstantiationException
from hydra.utils import instantiate
from omegaconf import DictConfig
from torch import nn

import mpvss.backbone  # noqa: F401  # before others import torchvision: see light_timm.py there
from mpvss.building.composition import copied
from mpvss.weights import Checkpoint, LoadOutcome, load_weights

Source = str | Path | Checkpoint

PARTS = {  # key of the node `weights` -> the part of a propagator that the file is loaded into, smallest first
    "backbone": "segmentor.backbone",
    "segmentor": "segmentor",
    "encoder": "flow.motion_encoder",
    "flow": "flow",
    "update_segmentor": "update_segmentor",
    "model": "",
}


def named_weights(cfg: DictConfig) -> dict[str, str]:
    """Return the files that the node `weights` names, by key of `PARTS`.

    Raises:
        ValueError: if it names one for a part that no model has.
    """
    named = {str(part): file for part, file in cfg.weights.items() if file is not None}
    if unknown := named.keys() - PARTS.keys():
        raise ValueError(f"weights.{min(unknown)} is no part of a model. The parts are {', '.join(PARTS)}.")
    return {part: str(named[part]) for part in PARTS if part in named}


def build_model(cfg: DictConfig, node: str, sources: Mapping[str, Source] | None = None) -> Any:
    """Instantiate a node that holds the propagator, and load weights into it.

    Args:
        cfg: composed configuration; not changed.
        node: ``propagation``, ``flow``, or ``module``, the LightningModule around one of them.
        sources: by key of `PARTS`, what to load into it; each overrides what a smaller one has loaded. None for the
            files that the configuration's node `weights` names.

    Returns:
        The instance; untyped, as Hydra's ``instantiate`` is.

    Raises:
        FileNotFoundError: if weights are missing.
        ValueError: if they do not fit; names the overrides to set.
    """
    if cfg.weights_class_head not in ("load", "reset"):
        raise ValueError(f"weights_class_head must be load or reset; got {cfg.weights_class_head}.")
    reset = cfg.weights_class_head == "reset"
    instance, _ = _build(cfg, node, named_weights(cfg) if sources is None else sources, reset)
    return instance


def build_trained(cfg: DictConfig, sources: Mapping[str, Source]) -> Any:
    """Instantiate the propagator and load trained weights into every part of it.

    Args:
        cfg: composed configuration; not changed.
        sources: as for :func:`build_model`.

    Returns:
        The propagator, in eval mode.

    Raises:
        FileNotFoundError: if weights are missing.
        ValueError: if they do not fit, or a part would stay random.
    """
    model, reports = _build(cfg, "propagation", sources, reset_class_head=False)
    loaded = {key for report in reports for key in report.loaded}
    random = [name for name, _ in model.named_parameters() if name not in loaded]
    if random:
        files = ", ".join(dict.fromkeys(report.checkpoint.source for report in reports))
        parts = ", ".join(dict.fromkeys(name.partition(".")[0] for name in random))
        raise ValueError(
            f"{files} has no weights for {len(random)} tensors of this model's {parts}, such as {random[0]}, which "
            "would stay random. Choose flow= and propagation= as it was trained."
        )
    return model.eval()


def sketch(cfg: DictConfig, node: str) -> Any:
    """Instantiate a node without memory for its weights, to ask it what it can do."""
    cfg = copied(cfg)
    if "pretrained" in cfg.backbone:
        cfg.backbone.pretrained = False
    with torch.device("meta"):
        return instantiated(cfg[node])


def learns(module: Any) -> bool:  # what a node gives
    """Tell whether a module has weights."""
    return isinstance(module, nn.Module) and any(True for _ in module.parameters())


def instantiated(node: DictConfig) -> Any:
    """Instantiate a node; lists become plain ones, as timm asks for.

    Raises:
        ValueError: if one of its values is not what its class takes.
    """
    try:
        return instantiate(node, _convert_="all")
    except InstantiationException as error:
        cause = error.__cause__ or error
        if isinstance(cause, ValueError | OSError):
            raise cause from error
        key = re.search(r"full_key: (\S+)", str(error))
        raise ValueError(f"{key[1] if key else 'it'} cannot be built: {type(cause).__name__}: {cause}") from error


def find_device(name: str | int | torch.device) -> torch.device:
    """Return a device of this machine.

    Raises:
        ValueError: if there is none of that name.
    """
    try:
        device = torch.device(name)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError, TypeError) as error:  # what torch raises, whichever device it is
        raise ValueError(
            f"device must be one that torch has here, such as cpu{' or cuda' if torch.cuda.is_available() else ''}; "
            f"got {name}."
        ) from error
    return device


def _build(
    cfg: DictConfig, node: str, sources: Mapping[str, Source], reset_class_head: bool
) -> tuple[Any, list[LoadOutcome]]:
    cfg = copied(cfg)
    if "pretrained" in cfg.backbone and sources.keys() & {"backbone", "segmentor", "model"}:
        cfg.backbone.pretrained = False
    instance = instantiated(cfg[node])
    if not isinstance(instance, nn.Module):
        return instance, []
    model = dict(instance.named_children()).get("propagation", instance)  # within a LightningModule
    return instance, list(_load(model, sources, reset_class_head))


def _load(model: nn.Module, sources: Mapping[str, Source], reset_class_head: bool) -> Iterator[LoadOutcome]:
    for part, place in PARTS.items():
        if part not in sources:
            continue
        try:
            module = model.get_submodule(place)
        except AttributeError as error:
            raise ValueError(
                f"weights.{part}={_name(sources[part])} is for a part that this model does not have. Leave it out, or "
                "choose another flow or propagation."
            ) from error
        yield load_weights(module, sources[part], reset_class_head=reset_class_head)


def _name(source: Source) -> str:
    return source.source if isinstance(source, Checkpoint) else str(source)
