"""Count and time models."""

import functools
import logging

import torch
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig, OmegaConf

from mpvss.benchmark import (
    Setting,
    check_paper_table,
    cost_table,
    environment,
    measure,
    paper_table,
    peer_table,
    speed_table,
    write_report,
)
from mpvss.building import build_model
from mpvss.launch.device import choose_device
from mpvss.table import Table

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
    device, what = choose_device(cfg.device), {*cfg.measure, *([cfg.peer] if cfg.peer else [])}
    backbones = cfg.backbones or {HydraConfig.get().runtime.choices["backbone"]: cfg.backbone}
    cases = [(frames, name) for frames in cfg.frames for name in backbones]
    settings = [
        Setting(name, frames.data, frames.num_classes, (frames.height, frames.width), cfg.interval)
        for frames, name in cases
    ]
    for setting in settings:
        if setting.num_classes is None:
            raise ValueError(f"data={setting.data} does not say its number of classes unread. Set num_classes=K.")
    if cfg.table:
        check_paper_table(str(cfg.table), settings, what)
    log.info("%(device)s, %(cpu_threads)d CPU threads, PyTorch %(torch)s", environment(device))
    measurements = []
    for setting in settings:
        case = cfg.copy()
        OmegaConf.set_struct(case, False)
        case.num_classes = setting.num_classes
        case.backbone = {**backbones[setting.backbone], "pretrained": False}
        build = functools.partial(build_model, case, "propagation")
        measurements.append(measure(build, setting, what, device, cfg.repeats, cfg.warmup))
    tables = [cost_table(measurements), speed_table(measurements), peer_table(measurements)]
    if cfg.table:
        tables.append(paper_table(str(cfg.table), measurements))
    tables = [table for table in tables if table.rows]
    write_report(cfg.paths.output, tables, environment(device))
    return tables
