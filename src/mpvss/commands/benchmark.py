"""Count and time models, or time what training takes."""

import functools
import logging
import sys
from collections.abc import Callable, Iterator
from typing import NamedTuple

import torch
from hydra.core.hydra_config import HydraConfig
from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf
from rich.console import Console

from mpvss.benchmark import (
    Setting,
    check_paper_table,
    cost_table,
    measure,
    paper_table,
    reference_table,
    speed_table,
    store_tables,
)
from mpvss.building.model import build_model
from mpvss.commands.benchmark_training import benchmark_data, benchmark_train
from mpvss.commands.devices import choose_device
from mpvss.output import environment
from mpvss.output.table import Table, render
from mpvss.propagation import fixed_interval

_PIPE_WIDTH = 180


def main(cfg: DictConfig) -> None:
    """Measure, print tables, and say where they are stored."""
    console = Console(width=None if sys.stdout.isatty() else _PIPE_WIDTH)
    for table in benchmark(cfg):
        console.print(render(table))
    console.print(f"CSV and JSON: {cfg.paths.output}", soft_wrap=True)


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
        interval=fixed_interval(instantiate(cfg.keyframes), "a benchmark of a model").interval,
        propagation=method.propagation_option,
        flow=method.flow_option,
    )
    return Case(setting, config)


log = logging.getLogger(__name__)


def benchmark_model(cfg: DictConfig) -> list[Table]:
    """Count and time models, with random weights and frames, and store the tables in the run's folder.

    Returns:
        Costs, speed, and comparisons with transformers and with the paper, as far as asked for.

    Raises:
        ValueError: if the number of classes is unknown, or a comparison is not possible.
    """
    torch.manual_seed(cfg.seed)
    torch.set_num_threads(cfg.threads or torch.get_num_threads())
    device, what = choose_device(cfg.device), {*cfg.measure, *([cfg.reference] if cfg.reference else [])}
    cases = benchmark_cases(cfg)
    settings = [setting for setting, _ in cases]
    for setting in settings:
        if setting.num_classes is None:
            raise ValueError(f"data={setting.data} does not say its number of classes unread. Set num_classes=K.")
    if cfg.table:
        check_paper_table(str(cfg.table), settings, what)
    log.info("%(device)s, %(cpu_threads)d CPU threads, PyTorch %(torch)s", environment(device))
    measurements = []
    for setting, case in cases:
        build = functools.partial(build_model, case, "propagation")
        measurements.append(measure(build, setting, what, device, cfg.repeats, cfg.warmup))
    tables = [cost_table(measurements), speed_table(measurements), reference_table(measurements)]
    if cfg.table:
        tables.append(paper_table(str(cfg.table), measurements))
    tables = [table for table in tables if table.rows]
    store_tables(cfg.paths.output, tables, environment(device))
    return tables


_MEASURES: dict[str, Callable[[DictConfig], list[Table]]] = {
    "model": benchmark_model,
    "data": benchmark_data,
    "train": benchmark_train,
}


def benchmark(cfg: DictConfig) -> list[Table]:
    """Measure what ``cfg.what`` names, and store the tables in the run's folder.

    Returns:
        The tables, to be printed.

    Raises:
        ValueError: if nothing of that name can be measured, or its configuration does not fit.
    """
    if cfg.what not in _MEASURES:
        raise ValueError(f"what must be one of {', '.join(_MEASURES)}; got {cfg.what}. Set what=model.")
    return _MEASURES[cfg.what](cfg)
