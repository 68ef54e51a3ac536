"""Peak memory of a call."""

import gc
from collections.abc import Callable
from pathlib import Path

import torch

_STATUS = Path("/proc/self/status")
_CLEAR = Path("/proc/self/clear_refs")
_RESET_PEAK = "5"
_KIB = 1024


def peak_memory(call: Callable[[], object], device: torch.device) -> int | None:
    """Run a call and return the peak of memory meanwhile, in bytes.

    On a GPU it is what tensors occupied there, weights included; on the CPU the resident memory of the whole process,
    Python and libraries included.

    Args:
        call: run once.
        device: where it runs.

    Returns:
        Bytes; None on a system that does not tell a process its own peak (CPU, other than Linux).
    """
    gc.collect()  # what an earlier call left in cycles
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
        call()
        torch.cuda.synchronize(device)
        return torch.cuda.max_memory_allocated(device)
    resets = _can_reset()
    call()
    if not resets:
        return None
    lines = dict(line.split(":", 1) for line in _STATUS.read_text().splitlines())
    return int(lines["VmHWM"].split()[0]) * _KIB


def _can_reset() -> bool:
    try:
        _CLEAR.write_text(_RESET_PEAK)
    except OSError:
        return False
    return True
