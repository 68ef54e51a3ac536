"""One run in several processes, started where nobody else has: not by torchrun, not by SLURM's srun."""

import functools
import logging
import os
import pickle
import signal
import sys
import tempfile
import threading
import time
import traceback
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import lightning
from hydra.core.hydra_config import HydraConfig
from hydra.core.utils import configure_log, setup_globals
from hydra.types import RunMode
from lightning.fabric.plugins.environments import LightningEnvironment, SLURMEnvironment
from omegaconf import DictConfig, OmegaConf
from torch.distributed.elastic.multiprocessing import DefaultLogsSpecs, SignalException
from torch.distributed.elastic.multiprocessing.errors import ChildFailedError
from torch.distributed.launcher.api import LaunchConfig, elastic_launch

from mpvss.commands.quiet import hush_libraries

Job = Callable[[DictConfig], Any]

_RUN_ID = "mpvss-"
_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1)
_SECONDS_TO_SAVE = 300
"""How long a signal leaves the processes to end by themselves."""


def in_processes(job: Job) -> Job:
    """Run a job in as many processes as ``trainer.devices`` says, one a device.

    Lightning would start them by this process's command line, which in a sweep is that of all jobs. Here torch's
    elastic agent starts them, and hands them this job's composed configuration; so there is one folder and one log a
    job, and the process that goes through a sweep keeps no port, variable or process group of a job behind. If one
    process fails, the others are ended; signals reach them all.

    Where torchrun or srun has started this process, the job just runs in it.

    Returns:
        The job, which gives what the first process gives, and raises what the first to fail raised.

    Raises:
        ValueError: if the processes are to be on several machines, or on several folders.
    """

    @functools.wraps(job)
    def run(cfg: DictConfig) -> Any:  # what the job returns
        if _started_by_others():
            _join_others()
            return job(cfg)
        num_processes = _num_processes(cfg)
        return job(cfg) if num_processes == 1 else _run_in_all(run, cfg, num_processes)

    return run


def _started_by_others() -> bool:
    """Tell whether this process is one of several of a run."""
    return "LOCAL_RANK" in os.environ or (SLURMEnvironment.detect() and int(os.environ["SLURM_NTASKS"]) > 1)


def _join_others() -> None:
    """Keep to one folder and one log with the processes that somebody else has started beside this one."""
    if os.environ.get("TORCHELASTIC_RUN_ID", "").startswith(_RUN_ID):  # they were started below
        return
    hydra = HydraConfig.get()
    if not any(override.startswith(("hydra.run.dir=", "hydra.sweep.dir=")) for override in hydra.overrides.hydra):
        raise ValueError(
            "The processes that torchrun or srun starts must share a folder, and each would name its own by the clock. "
            f"Name one: hydra.{'sweep' if hydra.mode == RunMode.MULTIRUN else 'run'}.dir=FOLDER."
        )
    if int(os.environ.get("RANK", os.environ.get("SLURM_PROCID", 0))):
        logging.getLogger().setLevel(logging.WARNING)


def _num_processes(cfg: DictConfig) -> int:
    devices, num_nodes = cfg.trainer.devices, cfg.trainer.num_nodes
    if num_nodes > 1:
        raise ValueError(
            f"trainer.num_nodes={num_nodes} machines need somebody to start a process on each device of each: torchrun "
            "on every machine, or SLURM's srun."
        )
    if devices == 1:
        return 1
    alone = LightningEnvironment()  # even where SLURM's is around
    return lightning.Fabric(accelerator=cfg.trainer.accelerator, devices=devices, plugins=alone).world_size


def _run_in_all(job: Job, cfg: DictConfig, num_processes: int) -> Any:  # what the job returns in the first
    config = LaunchConfig(
        min_nodes=1,
        max_nodes=1,
        nproc_per_node=num_processes,
        run_id=f"{_RUN_ID}{uuid.uuid4()}",
        rdzv_backend="c10d",
        rdzv_endpoint="localhost:0",  # a port that is free
        max_restarts=0,
        logs_specs=DefaultLogsSpecs(os.devnull),
        signals_to_handle=",".join(number.name for number in _SIGNALS),
        shutdown_timeout=_SECONDS_TO_SAVE,
    )
    with tempfile.TemporaryDirectory() as name, _handlers_kept():
        folder = Path(name)
        # A command, since where joblib has started this process, multiprocessing can start no other.
        (folder / "job").write_bytes(pickle.dumps((job, cfg, _own_hydra())))
        begin = f"import sys; sys.path[:], sys.argv[:] = {sys.path}, {sys.argv}"
        command = ("-c", f"{begin}; from mpvss.commands.processes import work; work({name!r})")
        try:
            elastic_launch(config, sys.executable)(*command)
        except (ChildFailedError, SignalException) as error:
            raise _what_failed(folder, error) from None
        return pickle.loads((folder / "result").read_bytes())


def _own_hydra() -> DictConfig:
    """What Hydra knows of this job, without what started it: plugins have classes that cannot be pickled."""
    hydra: DictConfig = HydraConfig.instance().cfg.copy()  # type: ignore[union-attr]  # it is set in a run
    OmegaConf.set_readonly(hydra.hydra, False)
    hydra.hydra.launcher = hydra.hydra.sweeper = {}
    return hydra


def work(folder: str) -> None:
    """Run a job in one of its processes; for the command that starts them.

    Args:
        folder: with the job, for its result or its errors.
    """
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    hush_libraries()
    job, cfg, hydra = pickle.loads(Path(folder, "job").read_bytes())
    setup_globals()
    HydraConfig.instance().set_config(hydra)
    is_first = os.environ["RANK"] == "0"
    if is_first:
        configure_log(hydra.hydra.job_logging, hydra.hydra.verbose)
    try:
        result = job(cfg)
    except BaseException as error:
        error.add_note(f"In process {os.environ['RANK']}:\n{traceback.format_exc()}")
        Path(folder, f"error{os.environ['RANK']}").write_bytes(_pickled(error))
        sys.exit(1)
    if is_first:
        Path(folder, "result").write_bytes(pickle.dumps(result))


def _end_with(parent: int) -> None:
    """Stop when the process that started this one is no more; killed, it cannot say so."""
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)


def _pickled(error: BaseException) -> bytes:
    content = (error, error.__cause__, error.__notes__)
    try:
        pickle.loads(pickle.dumps(content))
    except Exception:  # whatever an exception that cannot be pickled raises
        content = (RuntimeError(f"{type(error).__name__}: {error}"), None, error.__notes__)
    return pickle.dumps(content)


def _what_failed(folder: Path, ended: ChildFailedError | SignalException) -> BaseException:
    """Find the exception that ended the processes: that of the first to fail, as others fail for want of it."""
    files = sorted(folder.glob("error*"), key=lambda file: file.stat().st_mtime_ns)
    if not files:
        return RuntimeError(str(ended))
    error, error.__cause__, error.__notes__ = pickle.loads(files[0].read_bytes())
    return error


@contextmanager
def _handlers_kept() -> Iterator[None]:
    """Put back who listens for signals; the agent does not."""
    if threading.current_thread() is not threading.main_thread():  # nobody else may
        yield
        return
    handlers = {number: signal.getsignal(number) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
