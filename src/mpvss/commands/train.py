"""Train, validating on the way."""

import logging
import os
import signal
import subprocess
import warnings
from pathlib import Path
from typing import Any

import lightning
import torch
import wandb
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from hydra.utils import instantiate
from omegaconf import DictConfig

from mpvss.building.composition import hydra_choices
from mpvss.building.model import build_model, named_weights
from mpvss.building.run import build_datamodule, build_trainer
from mpvss.building.stored import run_of
from mpvss.building.trained import find_resumed
from mpvss.commands.devices import assign_gpu
from mpvss.commands.processes import in_processes
from mpvss.training import SynchronisedNorms
from mpvss.training.callbacks import EffectiveBatch, RunRecord
from mpvss.training.compile import compile_parts
from mpvss.types import TrainingStopped

_log = logging.getLogger(__name__)


def main(cfg: DictConfig) -> float | None:
    """Train the composed configuration and return its best score, which a search goes by."""
    return train(cfg)


@in_processes
def train(cfg: DictConfig) -> float | None:
    """Train in as many processes as there are devices.

    Returns:
        The best score of a validation, by which a search can choose; None without one.
    """
    score = getattr(fit(cfg).trainer.checkpoint_callback, "best_model_score", None)
    return None if score is None else float(score)


def fit(cfg: DictConfig) -> Any:
    """Train in this process, validating on the way; resume where ``ckpt_path`` names a checkpoint.

    Returns:
        The trained LightningModule.

    Raises:
        ValueError: if the configuration cannot be trained, or memory runs out; names the keys to change.
        TrainingStopped: if a signal ended it.
    """
    if cfg.ckpt_path == "last":
        cfg.ckpt_path = _find_last(cfg.paths.output)
    _check_start(cfg)
    assign_gpu(cfg)
    lightning.seed_everything(cfg.seed, workers=True)
    datamodule = _as_debugged(cfg, build_datamodule(cfg))
    datamodule.setup("fit")  # missing data is reported before weights are fetched
    run = run_of(cfg, hydra_choices())
    resumed = find_resumed(cfg, hydra_choices())
    module = build_model(cfg, "module", None if resumed is None else {"model": resumed})
    _log_size(module)
    if cfg.compile:
        compile_parts(module)
    record = RunRecord(run, datamodule.classes)
    trainer = build_trainer(cfg, [record, EffectiveBatch(cfg.optim.effective_batch), SynchronisedNorms()])
    try:
        # What Lightning warns of is seen to: LastCheckpoint tells the loader where to go on in an epoch.
        warnings.filterwarnings("ignore", "You're resuming from a checkpoint that ended before the epoch ended")
        resumed = None if "debug" in cfg else cfg.ckpt_path  # debugging takes its weights alone
        trainer.fit(module, datamodule=datamodule, ckpt_path=resumed, weights_only=True)
    except TrainingStopped as stopped:
        if stopped.signal == signal.SIGUSR1 and trainer.is_global_zero:
            _requeue()
        raise
    except RuntimeError as error:
        if advice := _memory_advice(error, cfg):
            raise advice from error
        raise
    finally:
        wandb.finish()  # the next job of a sweep starts a run of its own
    return module


def _log_size(module: Any) -> None:
    sizes = dict.fromkeys((True, False), 0)
    for parameter in module.parameters():
        sizes[parameter.requires_grad] += parameter.numel()
    _log.info("%.2f M parameters, of which %.2f M are trained", sum(sizes.values()) / 1e6, sizes[True] / 1e6)


def _as_debugged(cfg: DictConfig, data: Any) -> Any:  # a data module with classes
    """Put one batch in place of the data, and other callbacks in place of the run's, where ``debug=`` asks for it."""
    if "debug" not in cfg:
        return data
    cfg.callbacks = cfg.debug.callbacks
    return instantiate(cfg.debug.data)(data)


def _check_start(cfg: DictConfig) -> None:
    """Refuse to train around a frozen segmentor that nothing has trained before."""
    frozen = cfg.recipe.trained is not None and "segmentor" not in cfg.recipe.trained
    if frozen and not (named_weights(cfg).keys() & {"segmentor", "model"} or cfg.ckpt_path):
        recipe = HydraConfig.get().runtime.choices["recipe"]
        raise ValueError(
            f"recipe={recipe} trains around a frozen segmentor, so it needs a trained one: set weights.segmentor=FILE, "
            "a checkpoint of recipe=segmentor or another project's Mask2Former."
        )


def _find_last(output: str) -> str | None:
    """Find the checkpoint that the run of this folder goes on from; None if it has still to begin."""
    checkpoint = Path(output, "checkpoints", "last.ckpt")
    if checkpoint.is_file():
        return str(checkpoint)
    hydra = HydraConfig.get()
    named = any(override.startswith(("hydra.run.dir=", "hydra.sweep.dir=")) for override in hydra.overrides.hydra)
    if not named:
        folder = "sweep.dir" if hydra.mode == RunMode.MULTIRUN else "run.dir"
        raise ValueError(
            f"ckpt_path=last goes on in the run's own folder, which is a new one, {output}. "
            f"Name the folder of the run to go on with: hydra.{folder}=FOLDER."
        )
    _log.info("There is no %s yet: the run begins.", checkpoint)
    return None


def _requeue() -> None:
    """Ask SLURM to start this job again, if it is one; a job of an array by its number in it."""
    job = os.environ.get("SLURM_JOB_ID")
    if array := os.environ.get("SLURM_ARRAY_JOB_ID"):
        job = f"{array}_{os.environ['SLURM_ARRAY_TASK_ID']}"
    if job is None:
        return
    if subprocess.run(["scontrol", "requeue", job], check=False).returncode:
        _log.error("SLURM did not requeue job %s; start it again with ckpt_path=last.", job)


def _memory_advice(error: RuntimeError, cfg: DictConfig) -> ValueError | None:
    """Say which keys take less memory, if memory is what ran out."""
    said = str(error)
    if isinstance(error, torch.OutOfMemoryError) or "can't allocate memory" in said:
        return ValueError(
            f"out of memory with data.batch_size={cfg.data.batch_size}: {said.splitlines()[0]}\nTake less, in this "
            "order: trainer.precision=bf16-mixed; a smaller data.batch_size, which leaves optim.effective_batch as it "
            "is; module.checkpoint_activations=true; a smaller data.crop."
        )
    if "DataLoader worker" in said and "Killed" in said:
        return ValueError(
            f"a process that reads data was killed, most likely for want of memory: {said.splitlines()[0]}\n"
            f"Lower data.num_workers={cfg.data.num_workers}."
        )
    return None
