"""What a user sees of an error, a missing plugin included."""

import functools
import os
import signal
import sys
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from hydra.errors import InstantiationException
from omegaconf import DictConfig

from mpvss.training.callbacks import TrainingStopped


def report_errors(job: Callable[[DictConfig], Any]) -> Callable[[DictConfig], Any]:
    """Turn the errors that tell a user what to do into one message and exit status 1, without a traceback.

    So does Ctrl-C or another signal that training heeds, with the exit status that shells give it, 128 and its number.

    ``HYDRA_FULL_ERROR=1`` keeps the traceback.
    """

    @functools.wraps(job)
    def reporting(cfg: DictConfig) -> Any:  # what the job returns
        try:
            return job(cfg)
        except (ValueError, OSError, InstantiationException) as error:
            cause = error.__cause__ if isinstance(error, InstantiationException) else error
            if os.environ.get("HYDRA_FULL_ERROR") or not isinstance(cause, ValueError | OSError):
                raise
            sys.stderr.write(f"error: {_message(cause)}\n")
            sys.exit(1)
        except TrainingStopped as stopped:
            sys.stderr.write(f"{_farewell(stopped)}\n")
            sys.exit(128 + stopped.signal)
        except KeyboardInterrupt:
            sys.stderr.write("stopped\n")
            sys.exit(128 + signal.SIGINT)

    return reporting


def _farewell(stopped: TrainingStopped) -> str:
    said = f"stopped by {signal.Signals(stopped.signal).name}"
    if stopped.checkpoint is None:
        return f"{said}, before anything was saved"
    run = stopped.checkpoint.parents[1]
    return f"{said}; to go on, run the same command with hydra.run.dir={run} ckpt_path=last"


def _message(error: ValueError | OSError) -> str:
    """The error's own words, without the traceback of the data loader's process that it may come from."""
    return str(error).rpartition(f"\n{type(error).__name__}: ")[2].rstrip()


_PACKAGES = {  # option -> extra of this project, package that it brings
    "launcher=joblib": ("joblib", "hydra-joblib-launcher"),
    "launcher=submitit_slurm": ("submitit", "hydra-submitit-launcher"),
    "launcher=ray": ("ray", "hydra-ray-launcher"),
    "sweep=optuna": ("optuna", "hydra-optuna-sweeper"),
}


def check_plugins(main: Callable[[], Any]) -> Callable[[], Any]:
    """Say how to install what an option on the command line needs, in place of Hydra's list of what there is.

    Outermost around a script's ``main``, as Hydra composes before it calls what it decorates.
    """

    @functools.wraps(main)
    def checked() -> Any:  # what main returns
        for option in sys.argv[1:]:
            extra, package = _PACKAGES.get(option, (None, None))
            if package and not _is_installed(package):
                sys.stderr.write(
                    f"error: {option} needs {package}, which is not installed: pip install -e '.[{extra}]'\n"
                )
                sys.exit(1)
        return main()

    return checked


def _is_installed(package: str) -> bool:
    try:
        version(package)
    except PackageNotFoundError:
        return False
    return True
