"""Which models an evaluation compares."""

from typing import NamedTuple

import torch
from omegaconf import DictConfig

from mpvss.building.parts import build_model, find_oracle, find_trained, is_oracle, option_of
from mpvss.evaluation import Method
from mpvss.flow import CopyFlow
from mpvss.output import file_hash
from mpvss.propagation import MaskPropagation, PerFrame
from mpvss.report.paper import STAGES
from mpvss.types import ClassList
from mpvss.weights import Checkpoint

_BORROWING = ("copy", "per_frame")
"""Methods that need no weights but a segmentor's."""


class PlannedMethod(NamedTuple):
    """A model that is to be compared.

    Attributes:
        name: of the method.
        config: of the run, with the checkpoint's own groups.
        checkpoint: its weights; None for the oracle.
        classes: that it predicts, as far as known.
    """

    name: str
    config: DictConfig
    checkpoint: Checkpoint | None
    classes: ClassList | None


def plan_methods(cfg: DictConfig) -> list[PlannedMethod]:
    """Read the models that a run names, by ``methods`` or as one model; the first also names the data.

    Methods without weights of their own are not among them; `build_methods` adds them.

    Raises:
        FileNotFoundError: if a checkpoint is missing.
        ValueError: if none is named, or a method needs one.
    """
    named = dict(cfg.methods or {})
    for name, source in named.items():
        if source is None and name not in _BORROWING:
            raise ValueError(
                f"methods.{name} must name a checkpoint; got null, which only {' and '.join(_BORROWING)} can do with."
            )
    planned = []
    if not any(named.values()) or cfg.ckpt_path or cfg.weights or cfg.segmentor.weights or is_oracle(cfg):
        planned.append(_plan_one(cfg))
    for name, source in named.items():
        if source is not None:
            if is_oracle(cfg):
                raise ValueError(
                    f"segmentor=ground_truth has no checkpoint; got methods.{name}={source}. Give flow.weights=FILE."
                )
            own = cfg.copy()
            own.ckpt_path, own.weights = source, None
            planned.append(PlannedMethod(name, *find_trained(own)))
    return planned


def build_methods(cfg: DictConfig, planned: list[PlannedMethod], device: torch.device) -> list[Method]:
    """Build what was planned, and the methods that borrow the segmentor of the first.

    Args:
        cfg: composed configuration of the run.
        planned: by `plan_methods`; their configurations know the number of classes.
        device: to put them on.

    Returns:
        The methods in the order of ``methods``.
    """
    built = {plan.name: _build(plan, device) for plan in planned}
    if not cfg.methods:
        return list(built.values())
    first = built[planned[0].name]
    segmentor = first.propagator.segmentor
    for name, source in cfg.methods.items():
        if source is None:
            moved = name == "copy"
            propagator = MaskPropagation(segmentor, CopyFlow()) if moved else PerFrame(segmentor)
            built[name] = first._replace(
                name=name,
                propagator=propagator.eval(),
                flow="copy" if moved else None,
                propagation="masks" if moved else "per_frame",
                stages=None,
            )
    return [built[name] for name in cfg.methods]


def _plan_one(cfg: DictConfig) -> PlannedMethod:
    if is_oracle(cfg):
        config = find_oracle(cfg)
        return PlannedMethod(_name(config), config, None, None)
    trained = find_trained(cfg)
    return PlannedMethod(_name(trained.config), *trained)


def _name(cfg: DictConfig) -> str:
    """Call a method by its flow, or by its way to propagate where that is not the usual one; by its stages, too, if
    they are not the paper's.
    """
    propagation = option_of(cfg, "propagation")
    name = option_of(cfg, "flow") if propagation == "masks" else propagation
    stages = cfg.flow.get("num_stages", STAGES) if "flow" in cfg.propagation else STAGES
    return name if stages == STAGES else f"{name}_s{stages}"


def _build(plan: PlannedMethod, device: torch.device) -> Method:
    cfg, checkpoint = plan.config, plan.checkpoint
    propagator = build_model(cfg, "propagation", None if cfg.segmentor.weights else checkpoint).to(device).eval()
    return Method(
        plan.name,
        propagator,
        backbone="ground_truth" if checkpoint is None else option_of(cfg, "backbone"),
        flow=option_of(cfg, "flow") if hasattr(propagator, "flow") else None,
        propagation=option_of(cfg, "propagation"),
        checkpoint=None if checkpoint is None else checkpoint.source,
        checkpoint_sha256=None if checkpoint is None else file_hash(checkpoint.source),
        stages=cfg.flow.get("num_stages") if hasattr(propagator, "flow") else None,
    )
