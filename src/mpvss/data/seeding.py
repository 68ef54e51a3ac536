"""Randomness that is a function of a few numbers, whichever process draws and in whatever order."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

import numpy as np
import torch


def generator_for(*key: int) -> torch.Generator:
    """Return a generator whose stream belongs to these numbers, at least 0, alone (of all keys of that length)."""
    seed = np.random.SeedSequence(key).generate_state(1, np.uint64)[0]
    # torch seeds are signed.
    return torch.Generator().manual_seed(int(seed >> np.uint64(1)))


@contextmanager
def drawing_from(generator: torch.Generator) -> Iterator[None]:
    """Let torch's default CPU generator continue the stream of another; afterwards it goes on as if nothing was."""
    with torch.random.fork_rng(devices=[]):
        # Not torch.manual_seed: in the main process that would reset the GPU's generator too.
        torch.default_generator.set_state(generator.get_state())
        yield


@lru_cache(maxsize=4)
def pass_order(seed: int, turn: int, count: int) -> tuple[int, ...]:
    """Return the order of 0..count - 1 in pass `turn` over a data set; remembered, since every item asks for it."""
    return tuple(torch.randperm(count, generator=generator_for(seed, 0, turn)).tolist())
