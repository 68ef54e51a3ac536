"""The models and frame sizes that a benchmark goes through."""

from collections.abc import Iterator
from typing import NamedTuple

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig, OmegaConf

from mpvss.benchmark import Setting


class Case(NamedTuple):
    """One of them.

    Attributes:
        setting: what it is.
        config: of its model.
    """

    setting: Setting
    config: DictConfig


def benchmark_cases(cfg: DictConfig) -> list[Case]:
    """List every entry of ``frames``, with every entry of ``methods`` there, with every one of its backbones.

    Where no methods or no backbones are listed, it is the one chosen.

    Raises:
        ValueError: if a method names a backbone that is not listed.
    """
    backbones = dict(cfg.backbones) or {HydraConfig.get().runtime.choices["backbone"]: cfg.backbone}
    methods = list(_methods(cfg))
    return [
        _case(cfg, frames, method, name, backbones)
        for frames in cfg.frames
        for method in methods
        for name in method.backbones or backbones
    ]


class _Method(NamedTuple):
    """A way to propagate: its nodes, the options that they are, and its backbones if it has some of its own."""

    propagation: DictConfig
    flow: DictConfig
    propagation_option: str
    flow_option: str | None
    update_backbone: str | None
    backbones: list[str]


def _methods(cfg: DictConfig) -> Iterator[_Method]:
    for place, nodes in {f"methods.{name}.": nodes for name, nodes in cfg.methods.items()}.items() or [("", cfg)]:
        own_flow = "flow" in nodes
        yield _Method(
            propagation=nodes.propagation,
            flow=nodes.flow if own_flow else cfg.flow,
            propagation_option=str(_option("propagation", f"{place}propagation")),
            flow_option=_option("flow", f"{place if own_flow else ''}flow") if "flow" in nodes.propagation else None,
            update_backbone=_option("backbone", f"{place}propagation.update_segmentor.backbone"),
            backbones=list(nodes.backbones) if place and "backbones" in nodes else [],
        )


def _option(group: str, package: str) -> str | None:
    """The option of a group that stands at a place of the configuration."""
    choices = HydraConfig.get().runtime.choices
    return choices.get(group if package == group else f"{group}@{package}")


def _case(cfg: DictConfig, frames: DictConfig, method: _Method, name: str, backbones: dict[str, DictConfig]) -> Case:
    if name not in backbones:
        raise ValueError(f"methods may name the backbones {', '.join(backbones)}; got {name}. Add it to backbones.")
    config = cfg.copy()
    OmegaConf.set_struct(config, False)
    config.num_classes = frames.num_classes
    config.backbone = {**backbones[name], "pretrained": False}
    config.propagation, config.flow = method.propagation, method.flow
    setting = Setting(
        backbone="+".join(filter(None, (name, method.update_backbone))),
        data=frames.data,
        num_classes=frames.num_classes,
        size=(frames.height, frames.width),
        interval=cfg.interval,
        propagation=method.propagation_option,
        flow=method.flow_option,
    )
    return Case(setting, config)
