"""What a user sees of an error."""

import functools
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from hydra.errors import InstantiationException
from omegaconf import DictConfig
from omegaconf.errors import MissingMandatoryValue

from mpvss.commands.extras import advice
from mpvss.types import TrainingStopped


def report_errors(job: Callable[[DictConfig], Any]) -> Callable[[DictConfig], Any]:
    """Turn the errors that tell a user what to do into one message and exit status 1, without a traceback.

    So does Ctrl-C or another signal that training reacts to, with the exit status that shells give it, 128 and its
    number.

    ``HYDRA_FULL_ERROR=1`` keeps the traceback.
    """

    @functools.wraps(job)
    def reporting(cfg: DictConfig) -> Any:  # what the job returns
        try:
            return job(cfg)
        except (ValueError, OSError, ModuleNotFoundError, InstantiationException) as error:
            cause = error.__cause__ if isinstance(error, InstantiationException) else error
            said = _message(cause)
            if os.environ.get("HYDRA_FULL_ERROR") or said is None:
                raise
            sys.stderr.write(f"error: {said}\n")
            sys.exit(1)
        except MissingMandatoryValue as error:
            if os.environ.get("HYDRA_FULL_ERROR"):
                raise
            sys.stderr.write(f"error: {error.full_key} must be given: {error.full_key}=...; --help shows an example.\n")
            sys.exit(1)
        except TrainingStopped as stopped:
            sys.stderr.write(f"{_said_of(stopped)}\n")
            sys.exit(128 + stopped.signal)
        except KeyboardInterrupt:
            sys.stderr.write("stopped\n")
            sys.exit(128 + signal.SIGINT)

    return reporting


def _said_of(stopped: TrainingStopped) -> str:
    said = f"stopped by {signal.Signals(stopped.signal).name}"
    if stopped.checkpoint is None:
        return f"{said}, before anything was saved"
    run = stopped.checkpoint.parents[1]
    return f"{said}; to go on, run the same command with hydra.run.dir={run} ckpt_path=last"


def _message(error: BaseException | None) -> str | None:
    """What tells a user what to do; None if the error does not.

    An error's own words are without the traceback of the data loader's process that it may come from.
    """
    if isinstance(error, ModuleNotFoundError):
        return advice(error)
    if isinstance(error, ValueError | OSError):
        return str(error).rpartition(f"\n{type(error).__name__}: ")[2].rstrip()
    return None
