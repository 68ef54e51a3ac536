"""Which process reads what, and in what order."""

import heapq
from collections.abc import Iterator, Sequence

import torch.distributed as dist
from torch.utils.data import DistributedSampler


def rank_and_world_size(rank: int | None = None, world_size: int | None = None) -> tuple[int, int]:
    """Return number and count of the processes, by default those of torch.distributed, 0 and 1 without it."""
    distributed = dist.is_available() and dist.is_initialized()
    if rank is None:
        rank = dist.get_rank() if distributed else 0
    if world_size is None:
        world_size = dist.get_world_size() if distributed else 1
    return rank, world_size


class EpochSampler(DistributedSampler[int]):
    """Yields the indices epoch * num_pairs + i, i = 0..num_pairs - 1, split over the processes.

    With a :class:`~mpvss.data.EndlessPairs` every epoch then draws new pairs, and a run resumed at an epoch draws
    what it would have drawn. Lightning calls ``set_epoch`` and, since this is a ``DistributedSampler``, wraps no other
    around it.

    Args:
        num_pairs: pairs of an epoch, over all processes. A remainder that cannot be shared equally is left out.
        rank: number of this process; by default that of torch.distributed, 0 without it.
        world_size: number of processes; by default that of torch.distributed, 1 without it.

    Raises:
        ValueError: if there is no pair for every process, or `rank` is outside 0..world_size - 1.

    Example:
        >>> sampler = EpochSampler(num_pairs=4, rank=1, world_size=2)
        >>> sampler.set_epoch(10)
        >>> list(sampler)
        [41, 43]
    """

    def __init__(self, num_pairs: int, rank: int | None = None, world_size: int | None = None) -> None:
        rank, world_size = rank_and_world_size(rank, world_size)
        if num_pairs < world_size:
            raise ValueError(f"num_pairs must be at least the number of processes, {world_size}; got {num_pairs}.")
        self._skipped = 0
        indices = range(num_pairs)  # of the "dataset", only the length is used
        super().__init__(indices, world_size, rank, shuffle=False, drop_last=True)  # type: ignore[arg-type]
        self.num_pairs = num_pairs

    def __iter__(self) -> Iterator[int]:
        skipped, self._skipped = self._skipped, 0
        return iter(self.order()[skipped:])

    def skip_first(self, count: int) -> None:
        """Leave out the first indices when next iterated over, and only then."""
        self._skipped = count

    def order(self) -> list[int]:
        """Return all indices of the epoch that this process gets, in order."""
        first = self.epoch * self.num_pairs
        return [first + index for index in super().__iter__()]


def share_videos(lengths: Sequence[int], world_size: int) -> list[list[int]]:
    """Share videos out over processes, the longest first, each to the process that has the fewest frames.

    Args:
        lengths: frames of each video.
        world_size: number of processes.

    Returns:
        The numbers of each process's videos, ascending; none for some if there are more processes than videos.

    Example:
        >>> share_videos([3, 9, 4, 5], world_size=2)
        [[0, 1], [2, 3]]
    """
    shares: list[list[int]] = [[] for _ in range(world_size)]
    loads = [(0, rank) for rank in range(world_size)]  # a heap
    for video in sorted(range(len(lengths)), key=lambda video: -lengths[video]):
        load, rank = loads[0]
        shares[rank].append(video)
        heapq.heapreplace(loads, (load + lengths[video], rank))
    return [sorted(share) for share in shares]
