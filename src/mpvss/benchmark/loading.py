"""How fast training pairs are made, by number of workers, and what of a pair takes the time."""

import copy
import itertools
from collections.abc import Callable
from time import perf_counter
from typing import Any, NamedTuple

import torch
from torch.utils.data import DataLoader

from mpvss.benchmark.timing import Timing
from mpvss.data import PairTransform, StillPairs
from mpvss.types import FramePair


class Loading(NamedTuple):
    """How fast a loader is.

    Attributes:
        workers: processes that read ahead; 0 reads in the process that trains.
        batch_size: pairs in a batch.
        batch: seconds from one batch to the next, if nothing is done with them.
    """

    workers: int
    batch_size: int
    batch: Timing


def measure_loading(loader: DataLoader[FramePair], workers: int, repeats: int, warmup: int) -> Loading:
    """Time batches of a loader's pairs, as many a round as there are workers.

    Args:
        loader: of training pairs, whose data set has a new pair at every index however large.
        workers: processes that read ahead, of one thread each.
        repeats: timed rounds.
        warmup: rounds before them, beside the batches that the workers read ahead.

    Raises:
        ValueError: if there is no round to time, or a number is below 0.
    """
    if repeats < 1 or warmup < 0 or workers < 0:
        raise ValueError(
            "repeats must be at least 1, warmup and workers at least 0; "
            f"got repeats={repeats}, warmup={warmup}, workers={workers}."
        )
    size = loader.batch_size or 1
    endless = DataLoader(
        loader.dataset,
        batch_sampler=(list(range(first, first + size)) for first in itertools.count(0, size)),
        num_workers=workers,
        collate_fn=loader.collate_fn,
        pin_memory=loader.pin_memory,
    )
    batches = iter(endless)
    per_round = max(1, workers)
    read_ahead = workers * (endless.prefetch_factor or 0)
    for _ in range(read_ahead + warmup * per_round):
        next(batches)
    samples = []
    for _ in range(repeats):
        begin = perf_counter()
        for _ in range(per_round):
            next(batches)
        samples.append((perf_counter() - begin) / per_round)
    return Loading(workers, size, Timing.of(samples))


def measure_stages(loader: DataLoader[FramePair], num_pairs: int) -> dict[str, Timing]:
    """Time what is done to make a pair, on one thread, as in a worker; files are in the system's cache.

    Args:
        loader: of training pairs; neither its order nor its workers are used.
        num_pairs: pairs to time, at least 1.

    Returns:
        Seconds a pair by stage, in order: ``read and decode``, ``simulate motion``, ``geometry``, ``colour``, as far as
        there are such, and ``collate``, a pair's share of making a batch.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        made = [_timed_pair(loader.dataset, index) for index in range(num_pairs)]
        pairs = [pair for pair, _ in made]
        size = loader.batch_size or 1
        batches = [pairs[first : first + size] for first in range(0, num_pairs, size)]
        collating = [_timed(loader.collate_fn, batch)[1] / len(batch) for batch in batches]
    finally:
        torch.set_num_threads(threads)
    stages = {name: Timing.of([seconds[name] for _, seconds in made]) for name in made[0][1]}
    return {**stages, "collate": Timing.of(collating)}


def _timed_pair(pairs: Any, index: int) -> tuple[FramePair, dict[str, float]]:  # Any: a loader's; EndlessPairs
    """Make a pair stage by stage; return it with the seconds by stage."""
    unaltered = copy.copy(pairs)
    unaltered.transform = None
    unaltered[index]  # brings the files into the cache
    pair, making = _timed(unaltered.__getitem__, index)
    seconds = {"read and decode": making}
    if isinstance(pairs.draw, StillPairs):
        _, reading = _timed(pairs.draw.read, pairs.place(index))
        seconds = {"read and decode": reading, "simulate motion": making - reading}
    if isinstance(pairs.transform, PairTransform):
        view, drawing = _timed(pairs.transform.draw, pair)
        pair, moving = _timed(pairs.transform.geometry, pair, view)
        seconds["geometry"] = drawing + moving
        pair, seconds["colour"] = _timed(pairs.transform.colour, pair, view)
    return pair, seconds


def _timed(call: Callable[..., Any], *arguments: object) -> tuple[Any, float]:  # Any: what the call returns
    begin = perf_counter()
    result = call(*arguments)
    return result, perf_counter() - begin
