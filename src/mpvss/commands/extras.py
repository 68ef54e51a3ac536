"""What needs a package that not every installation has, and how to get it."""

import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

_OF_OPTIONS = {  # option -> extra of this project, package that it brings
    "launcher=joblib": ("joblib", "hydra-joblib-launcher"),
    "launcher=submitit_slurm": ("submitit", "hydra-submitit-launcher"),
    "launcher=ray": ("ray", "hydra-ray-launcher"),
    "sweep=optuna": ("optuna", "hydra-optuna-sweeper"),
}
_OF_MODULES = {"matplotlib": "report", "wandb_workspaces": "dashboard"}  # module -> extra


def check_plugins(arguments: Sequence[str]) -> None:
    """Say how to install what an option on the command line needs, in place of Hydra's list of what there is.

    Raises:
        SystemExit: with status 1, if something is missing.
    """
    for option in arguments:
        extra, package = _OF_OPTIONS.get(option, (None, None))
        if package and not _is_installed(package):
            sys.stderr.write(f"error: {option} needs {package}, which is not installed: {_command(str(extra))}\n")
            sys.exit(1)


def advice(error: ModuleNotFoundError) -> str | None:
    """Say how to install the module that an import did not find; None if it belongs to none of the extras."""
    module = (error.name or "").partition(".")[0]
    if module not in _OF_MODULES:
        return None
    return f"this needs {module.replace('_', '-')}, which is not installed: {_command(_OF_MODULES[module])}"


def _command(extra: str) -> str:
    return f"pip install 'mpvss[{extra}]'"


def _is_installed(package: str) -> bool:
    try:
        version(package)
    except PackageNotFoundError:
        return False
    return True
