"""Which process evaluates which videos, and in what order."""

import heapq
from collections.abc import Iterator, Sequence

from torch.utils.data import DistributedSampler

from mpvss.data.clips import NO_CLIP, ClipDataset
from mpvss.data.processes import rank_and_world_size


class ClipSampler(DistributedSampler[int]):
    """Yields the clips of whole videos, in order; every video on one process, about as many frames on each.

    Every process gets as many clips as the one that has most: :data:`~mpvss.data.clips.NO_CLIP` fills up, so that
    processes that wait for each other at every step, or at the end, all get there. Lightning wraps no other sampler
    around it, since it is a ``DistributedSampler``.

    Args:
        clips: of all videos.
        rank: number of this process; by default that of torch.distributed, 0 without it.
        world_size: number of processes; by default that of torch.distributed, 1 without it.

    Raises:
        ValueError: if `rank` is outside 0..world_size - 1.
    """

    def __init__(self, clips: ClipDataset, rank: int | None = None, world_size: int | None = None) -> None:
        rank, world_size = rank_and_world_size(rank, world_size)
        super().__init__(clips, world_size, rank, shuffle=False)
        source = clips.source
        shares = share_videos([source.num_frames(video) for video in range(len(source))], world_size)
        orders = [[index for video in share for index in clips.of_video(video)] for share in shares]
        longest = max(map(len, orders))
        self._order = [*orders[rank], *[NO_CLIP] * (longest - len(orders[rank]))]

    def __len__(self) -> int:
        return len(self._order)

    def __iter__(self) -> Iterator[int]:
        return iter(self._order)


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
