"""Time how training pairs are made, and training steps."""

import logging

import lightning
import torch
from hydra.core.hydra_config import HydraConfig
from hydra.utils import instantiate
from omegaconf import DictConfig
from torch.utils.data import DataLoader

from mpvss.benchmark import (
    Timing,
    Training,
    loading_table,
    measure_loading,
    measure_stages,
    peak_memory,
    random_pairs,
    stage_table,
    step_table,
    store_tables,
    training_table,
)
from mpvss.building.model import build_model
from mpvss.building.run import build_datamodule
from mpvss.commands.devices import choose_device
from mpvss.output import environment
from mpvss.output.table import Table
from mpvss.training.callbacks import EffectiveBatch, StepTimes
from mpvss.training.step_time import StepTime
from mpvss.types import FramePair

log = logging.getLogger(__name__)


def benchmark_data(cfg: DictConfig) -> list[Table]:
    """Time the training pairs of the configured data by number of workers and by stage, and a step of the model.

    The tables are stored in the run's folder.

    Returns:
        Pairs and frames a second by number of workers, with the bottleneck, and milliseconds by stage.

    Raises:
        FileNotFoundError: if the data are missing.
        ValueError: if they cannot be trained on, or there is nothing to time.
    """
    lightning.seed_everything(cfg.seed)
    torch.set_num_threads(cfg.threads or torch.get_num_threads())
    if not cfg.workers:
        raise ValueError("workers must list at least one number of processes that read ahead, such as [0,1,2,4].")
    device = choose_device(cfg.device)
    datamodule = build_datamodule(cfg)
    datamodule.setup("fit")
    datamodule.num_workers = 0
    loader = datamodule.train_dataloader()
    log.info("timing the stages of a pair")
    stages = measure_stages(loader, cfg.repeats * loader.batch_size)
    loadings = []
    for workers in cfg.workers:
        log.info("timing batches with %d workers", workers)
        loadings.append(measure_loading(loader, workers, cfg.repeats, cfg.warmup))
    log.info("timing training steps")
    steps = time_steps(cfg, RepeatedBatch(next(iter(loader)), num_steps(cfg)), None, device)
    step = Timing.of([step.seconds - step.data_wait for step in steps])
    tables = [loading_table(loadings, step), stage_table(stages)]
    store_tables(cfg.paths.output, tables, environment(device))
    return tables


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
    store_tables(cfg.paths.output, tables, environment(device))
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


class RepeatedBatch(lightning.LightningDataModule):
    """One batch of pairs, again and again.

    Args:
        batch: on the host.
        num_batches: of an epoch.
    """

    def __init__(self, batch: FramePair, num_batches: int) -> None:
        super().__init__()
        self.batch_size = len(batch.frame)
        self._batches = [batch] * num_batches

    def train_dataloader(self) -> DataLoader[FramePair]:
        """Return the batches as they are."""
        return DataLoader(self._batches, batch_size=None)  # type: ignore[arg-type]  # a list is a map-style dataset


def time_steps(
    cfg: DictConfig, data: lightning.LightningDataModule, pairs: int | None, device: torch.device
) -> list[StepTime]:
    """Train as configured, but for what is logged and stored, and return the times of the last ``cfg.repeats`` steps.

    Args:
        cfg: ``cfg.warmup`` steps come before them, beside the first, which nobody knows the beginning of.
        data: to train on.
        pairs: of a step of the optimizer, over which gradients accumulate; None for a batch's.
        device: to train on.

    Raises:
        ValueError: if there is no step to time, or batches do not make whole steps.
    """
    if cfg.repeats < 1 or cfg.warmup < 0:
        raise ValueError(f"repeats must be at least 1 and warmup at least 0; got {cfg.repeats} and {cfg.warmup}.")
    times = StepTimes(window=cfg.repeats)
    trainer = instantiate(
        cfg.trainer,
        accelerator="gpu" if device.type == "cuda" else device.type,
        max_steps=num_steps(cfg),
        limit_val_batches=0,
        callbacks=[EffectiveBatch(pairs), times],
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )
    trainer.fit(build_model(cfg, "module"), datamodule=data)
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return times.steps()


def num_steps(cfg: DictConfig) -> int:
    """Return how many steps :func:`time_steps` runs."""
    return int(1 + cfg.warmup + cfg.repeats)
