"""Loaders of batches, which survive signals and go on where an interrupted run was."""

import os
import signal
import threading
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import DataLoader, default_collate

from mpvss.data.loading.samplers import EpochSampler
from mpvss.data.pairs.endless import EndlessPairs
from mpvss.types import FramePair


class SignalSafeLoader(DataLoader):
    """torch's DataLoader, whose workers ignore signals that do not come from their parent.

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
            worker_init_fn=_ignore_all_but_parent,
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


def _ignore_all_but_parent(worker: int) -> None:
    for number in (signal.SIGINT, signal.SIGUSR1, signal.SIGUSR2):
        signal.signal(number, signal.SIG_IGN)
    threading.Thread(target=_end_when_parent_says, daemon=True).start()


def _end_when_parent_says() -> None:
    while signal.sigwaitinfo({signal.SIGTERM}).si_pid != os.getppid():
        pass
    os._exit(0)


class ResumableLoader(SignalSafeLoader):
    """Batches of pairs, new ones in every epoch, of which one can be begun in its middle.

    Nothing is read before the first batch of an epoch is asked for.

    Args:
        pairs: what is read.
        batch_size: pairs of a batch; what makes no whole batch at the end of an epoch is left out.
        num_workers: processes that read ahead; 0 reads in the calling process.
    """

    def __init__(self, pairs: EndlessPairs, batch_size: int, num_workers: int = 0) -> None:
        self._pairs = pairs
        self._sampler = EpochSampler(len(pairs))
        self._first = 0
        super().__init__(
            pairs,
            num_workers,
            batch_size=batch_size,
            sampler=self._sampler,
            drop_last=True,
            collate_fn=collate_pairs,
        )

    def __iter__(self) -> Iterator[FramePair]:  # type: ignore[override]  # torch promises a class of its own
        # Lightning asks for an iterator before it tells the sampler the epoch, and the loader where to start.
        first, self._first = self._first, 0
        self._sampler.skip_first(first * (self.batch_size or 1))
        yield from super().__iter__()

    def start_at(self, batch: int) -> None:
        """Let the next epoch begin with this batch, and only that epoch."""
        self._first = batch

    def describe(self, batch: int) -> list[str]:
        """Return in words where the pairs of a batch of this epoch come from; its first batch is 0."""
        size = self.batch_size or 1
        return [self._pairs.describe(index) for index in self._sampler.order()[batch * size : (batch + 1) * size]]


def collate_pairs(pairs: Sequence[FramePair]) -> FramePair:
    """Stack unbatched pairs; a field that all of them leave out stays None (torch's own collation refuses None).

    Args:
        pairs: B pairs of one size, fields without the batch dimension.

    Returns:
        The batch.

    Raises:
        ValueError: if only some of the pairs have a field.
    """
    columns = zip(FramePair._fields, zip(*pairs, strict=True), strict=True)
    return FramePair._make(_stack(name, values) for name, values in columns)


def _stack(name: str, values: tuple[Tensor | None, ...]) -> Tensor | None:
    known = [value for value in values if value is not None]
    if not known:
        return None
    if len(known) < len(values):
        raise ValueError(
            f"Either all pairs of a batch must have {name} or none; {len(known)} of {len(values)} have it. "
            "Do not mix data sets with and without flow in one batch."
        )
    stacked: Tensor = default_collate(known)
    return stacked
