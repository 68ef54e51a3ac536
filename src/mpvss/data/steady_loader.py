"""A loader whose worker processes go on when others signal them."""

import os
import signal
import threading
from typing import Any

import torch
from torch.utils.data import DataLoader


class SteadyLoader(DataLoader):
    """torch's DataLoader, whose workers heed signals of their parent alone.

    A terminal and SLURM signal all processes of a run, and the one that trains needs data to the end of its step. Its
    own randomness is left to it: workers get their seeds from a generator of the loader's.

    Args:
        dataset: a map-style dataset.
        num_workers: processes that read ahead; 0 reads in the calling process.
        options: further ones of torch's DataLoader.
    """

    def __init__(self, dataset: Any, num_workers: int = 0, **options: Any) -> None:  # Any: as torch has it
        super().__init__(
            dataset,
            num_workers=num_workers,
            pin_memory=torch.cuda.is_available(),
            persistent_workers=num_workers > 0,
            worker_init_fn=_heed_parent_alone,
            generator=torch.Generator(),
            **options,
        )

    def __iter__(self) -> Any:  # an iterator that torch has no public name for
        # Whatever threads a worker has from its fork on, they begin with this mask.
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        try:
            return super().__iter__()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _heed_parent_alone(worker: int) -> None:
    for number in (signal.SIGINT, signal.SIGUSR1, signal.SIGUSR2):
        signal.signal(number, signal.SIG_IGN)
    threading.Thread(target=_end_when_parent_says, daemon=True).start()


def _end_when_parent_says() -> None:
    while signal.sigwaitinfo({signal.SIGTERM}).si_pid != os.getppid():
        pass
    os._exit(0)
