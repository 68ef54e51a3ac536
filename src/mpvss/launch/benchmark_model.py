"""Count and time models."""

import functools
import logging

import torch
from omegaconf import DictConfig

from mpvss.benchmark import (
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
from mpvss.launch.benchmark_cases import benchmark_cases
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
    tables = [cost_table(measurements), speed_table(measurements), peer_table(measurements)]
    if cfg.table:
        tables.append(paper_table(str(cfg.table), measurements))
    tables = [table for table in tables if table.rows]
    write_report(cfg.paths.output, tables, environment(device))
    return tables
