"""Time training steps."""

import logging

import lightning
import torch
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from mpvss.benchmark import Training, environment, peak_memory, random_pairs, step_table, training_table, write_report
from mpvss.building import build_datamodule
from mpvss.launch.device import choose_device
from mpvss.launch.training_steps import RepeatedBatch, num_steps, time_steps
from mpvss.step_time import StepTime
from mpvss.table import Table

log = logging.getLogger(__name__)


def benchmark_train(cfg: DictConfig) -> list[Table]:
    """Time steps of the configured training, and store the tables in the run's folder.

    The pairs are random, of the size and number that the configured data would give, or ``pairs=loaded`` from the data.

    Returns:
        Pairs a second and memory, and the share of each part of a step.

    Raises:
        FileNotFoundError: if the data are to be loaded and missing.
        ValueError: if they cannot be trained on, or there is nothing to time.
    """
    lightning.seed_everything(cfg.seed)
    torch.set_num_threads(cfg.threads or torch.get_num_threads())
    device = choose_device(cfg.device)
    data = _data(cfg)
    log.info("timing training steps on %(device)s, %(cpu_threads)d CPU threads", environment(device))
    steps: list[StepTime] = []
    peak = peak_memory(lambda: steps.extend(time_steps(cfg, data, cfg.optim.effective_batch, device)), device)
    choices = HydraConfig.get().runtime.choices
    training = Training(
        backbone=choices["backbone"],
        recipe=choices["recipe"],
        pairs=cfg.pairs,
        size=_size(cfg),
        precision=str(cfg.trainer.precision),
        recomputed=bool(cfg.module.get("checkpoint_activations")),
        batch_size=cfg.data.batch_size,
        steps=steps,
        peak_bytes=peak,
    )
    tables = [training_table(training), step_table(training)]
    write_report(cfg.paths.output, tables, environment(device))
    return tables


def _data(cfg: DictConfig) -> lightning.LightningDataModule:
    if cfg.pairs == "loaded":
        return build_datamodule(cfg)
    if cfg.pairs != "random":
        raise ValueError(f"pairs must be random or loaded; got {cfg.pairs}. Set pairs=random to need no data.")
    if cfg.data.num_classes is None:
        raise ValueError(f"data={cfg.data.name} does not say its number of classes unread. Set data.num_classes=K.")
    batch = random_pairs(cfg.data.batch_size, _size(cfg), cfg.data.num_classes)
    return RepeatedBatch(batch, num_steps(cfg) * (cfg.optim.effective_batch or 1))  # that is enough batches


def _size(cfg: DictConfig) -> tuple[int, int]:
    """The frames that the data are cropped to, or made in."""
    height, width = cfg.data.get("crop") or (cfg.data.height, cfg.data.width)
    return height, width
