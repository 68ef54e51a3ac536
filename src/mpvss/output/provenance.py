"""Where numbers come from: code, machine and files."""

import hashlib
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import torch

_PACKAGES = ("mpvss", "torchvision", "torchmetrics", "timm", "lightning", "hydra-core", "numpy")


def environment(device: torch.device, num_processes: int = 1) -> dict[str, str | int]:
    """Describe the hardware, and the versions of what computes."""
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else platform.processor() or platform.machine()
    hardware: dict[str, str | int] = {
        "device": f"{device.type}, {name}",
        "processes": num_processes,
        "cpu_threads": torch.get_num_threads(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "torch": str(torch.__version__),  # with the platform that it was built for
    }
    return hardware | {package: _version(package) for package in _PACKAGES}


def code_version() -> str | None:
    """Return the commit of this code, with ``+`` if the checkout has changes; None outside a checkout."""
    folder = Path(__file__).parent
    try:
        commit, changes = (
            subprocess.run(["git", *command], cwd=folder, capture_output=True, text=True, check=True).stdout.strip()
            for command in (("rev-parse", "HEAD"), ("status", "--porcelain", "--untracked-files=no"))
        )
    except (OSError, subprocess.CalledProcessError):  # no git, or no checkout
        return None
    return commit + "+" * bool(changes)


def file_hash(path: str | Path) -> str | None:
    """Return the SHA-256 of a file; None for what is none, such as a folder or a model of the hub."""
    if not Path(path).is_file():
        return None
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:  # run from a checkout that is not installed
        return "unknown"
