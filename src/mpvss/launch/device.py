"""Where a run computes."""

import torch


def choose_device(name: str) -> torch.device:
    """Return the device called `name`; ``auto`` is the GPU if there is one."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device(name)
