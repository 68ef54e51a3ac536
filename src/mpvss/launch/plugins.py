"""Launchers and sweepers of Hydra's that are packages of their own."""

import functools
import sys
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Any

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
