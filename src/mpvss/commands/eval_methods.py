"""Which models an evaluation compares."""

from collections.abc import Mapping
from typing import NamedTuple

import torch
from omegaconf import DictConfig

from mpvss.building.composition import hydra_choices, hydra_request
from mpvss.building.model import build_trained, named_weights
from mpvss.building.trained import Trained, find_oracle, find_trained
from mpvss.evaluation import Method
from mpvss.flow import CopyFlow
from mpvss.output import file_hash
from mpvss.propagation import MaskPropagation, PerFrame
from mpvss.report.paper import STAGES

_BORROWING = ("copy", "per_frame")
"""Methods that need no weights but a segmentor's."""


class PlannedMethod(NamedTuple):
    """A model that is to be compared.

    Attributes:
        name: of the method.
        config: of the run, with the checkpoint's own groups.
        choices: its options, by group.
        trained: its weights and what is known of them; None for the oracle.
    """

    name: str
    config: DictConfig
    choices: dict[str, str]
    trained: Trained | None


def plan_methods(cfg: DictConfig, interval: int) -> list[PlannedMethod]:
    """Read the models that a run names, by ``methods`` or as one model; the first also names the data.

    Methods without weights of their own are not among them; `build_methods` adds them.

    Args:
        cfg: composed configuration of the run.
        interval: the largest that is evaluated.

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
    oracle = find_oracle(cfg)
    request = hydra_request().setting("interval", interval)
    planned = []
    if oracle is not None:
        if any(named.values()):
            name, source = next((name, source) for name, source in named.items() if source)
            raise ValueError(
                f"segmentor={hydra_choices()['segmentor']} has no checkpoint; got methods.{name}={source}. Give "
                "weights.flow=FILE."
            )
        planned.append(PlannedMethod(_name(oracle, hydra_choices()), oracle, hydra_choices(), None))
    elif not any(named.values()) or cfg.ckpt_path or named_weights(cfg):
        planned.append(_planned(find_trained(request)))
    for name, source in named.items():
        if source is not None:
            own = request.without("ckpt_path", "weights").setting("ckpt_path", source)
            planned.append(_planned(find_trained(own), name))
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


def _planned(trained: Trained, name: str | None = None) -> PlannedMethod:
    name = name or _name(trained.config, trained.choices)
    return PlannedMethod(name, trained.config, trained.choices, trained)


def _name(cfg: DictConfig, choices: Mapping[str, str]) -> str:
    """Call a method by its flow, or by its way to propagate where that is not the usual one; by its stages, too, if
    they are not the paper's.
    """
    propagation = choices["propagation"]
    name = choices["flow"] if propagation == "masks" else propagation
    stages = cfg.flow.get("num_stages", STAGES) if "flow" in cfg.propagation else STAGES
    return name if stages == STAGES else f"{name}_s{stages}"


def _build(plan: PlannedMethod, device: torch.device) -> Method:
    trained, choices = plan.trained, plan.choices
    propagator = build_trained(plan.config, named_weights(plan.config)) if trained is None else trained.build()
    moves = propagator.flow is not None
    return Method(
        plan.name,
        propagator.to(device),
        backbone=choices["segmentor"] if trained is None else choices["backbone"],
        flow=choices["flow"] if moves else None,
        propagation=choices["propagation"],
        checkpoint=None if trained is None else trained.checkpoint.source,
        checkpoint_sha256=None if trained is None else file_hash(trained.checkpoint.source),
        stages=plan.config.flow.get("num_stages") if moves else None,
    )
