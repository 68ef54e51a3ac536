"""Measure one of the things that take time."""

from collections.abc import Callable

from omegaconf import DictConfig

from mpvss.launch.benchmark_data import benchmark_data
from mpvss.launch.benchmark_model import benchmark_model
from mpvss.launch.benchmark_train import benchmark_train
from mpvss.table import Table

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
