"""What a user sees of an error."""

import functools
import os
import sys
from collections.abc import Callable
from typing import Any

from hydra.errors import InstantiationException
from omegaconf import DictConfig


def report_errors(job: Callable[[DictConfig], Any]) -> Callable[[DictConfig], Any]:
    """Turn the errors that tell a user what to do into one message and exit status 1, without a traceback.

    Ctrl-C ends with status 130, without one either.

    ``HYDRA_FULL_ERROR=1`` keeps the traceback.
    """

    @functools.wraps(job)
    def reporting(cfg: DictConfig) -> Any:  # what the job returns
        try:
            return job(cfg)
        except (ValueError, FileNotFoundError, InstantiationException) as error:
            cause = error.__cause__ if isinstance(error, InstantiationException) else error
            if os.environ.get("HYDRA_FULL_ERROR") or not isinstance(cause, ValueError | FileNotFoundError):
                raise
            sys.stderr.write(f"error: {_message(cause)}\n")
            sys.exit(1)
        except KeyboardInterrupt:
            sys.stderr.write("stopped\n")
            sys.exit(130)  # as shells report Ctrl-C

    return reporting


def _message(error: ValueError | FileNotFoundError) -> str:
    """The error's own words, without the traceback of the data loader's process that it may come from."""
    return str(error).rpartition(f"\n{type(error).__name__}: ")[2].rstrip()
