"""Which of the processes that train together this one is."""

import torch.distributed as dist


def rank_and_world_size(rank: int | None = None, world_size: int | None = None) -> tuple[int, int]:
    """Return number and count of the processes, by default those of torch.distributed, 0 and 1 without it."""
    distributed = dist.is_available() and dist.is_initialized()
    if rank is None:
        rank = dist.get_rank() if distributed else 0
    if world_size is None:
        world_size = dist.get_world_size() if distributed else 1
    return rank, world_size
