"""Pairs of sparsely labelled videos, segmented once for all intervals."""

from collections.abc import Sequence
from itertools import groupby

import torch
from torch.utils.data import DataLoader, Subset

from mpvss.evaluation.entrant import Entrant
from mpvss.evaluation.evaluate_videos import show_frames
from mpvss.evaluation.notes import Notes
from mpvss.inference import segment_pairs
from mpvss.progress import progress_bar
from mpvss.segmentor import GroundTruth
from mpvss.types import FramePair


def evaluate_pairs(
    entrants: Sequence[Entrant],
    pairs: "DataLoader[FramePair]",
    places: Sequence[tuple[int, int]],
    batches: Sequence[int],
    notes: Notes,
    device: torch.device,
    progress: bool = True,
) -> None:
    """Segment and score labelled frames from key frames at every distance; each method does so once for its intervals.

    Args:
        entrants: whose scores grow; those of a method stand side by side.
        pairs: batches of pairs, each of one labelled frame, whose gaps go from 0 to the largest interval - 1.
        places: of each batch, number of the video, and of the labelled frame in it.
        batches: which of them; what is done according to the notes is passed over.
        notes: are kept.
        device: of the entrants.
        progress: whether to show a progress bar.

    Raises:
        ValueError: if a method is the oracle, which would need labels of key frames.
    """
    if any(isinstance(entrant.method.propagator.segmentor, GroundTruth) for entrant in entrants):
        raise ValueError(
            "segmentor=ground_truth needs the labels of key frames; only some frames of these data are labelled."
        )
    remaining = [batch for batch in batches if batch not in set(notes.done)]
    assert pairs.batch_size is not None  # it is one of batches
    total, size = len(pairs.dataset), pairs.batch_size  # type: ignore[arg-type]  # a map-style data set has a length
    indices = [index for batch in remaining for index in range(batch * size, min((batch + 1) * size, total))]
    loader = DataLoader(
        Subset(pairs.dataset, indices),
        batch_size=size,
        num_workers=pairs.num_workers,
        collate_fn=pairs.collate_fn,
        pin_memory=device.type == "cuda",
    )
    with progress_bar("labelled frames", progress) as bar:
        task = bar.add_task("evaluating", total=len(batches), completed=len(batches) - len(remaining))
        for batch, pair in zip(remaining, loader, strict=True):
            on_device = FramePair._make(None if part is None else part.to(device) for part in pair)
            show_frames(entrants, on_device.key_frame, on_device.key_labels)
            for method, group in groupby(entrants, key=lambda entrant: entrant.method):
                members = list(group)
                reached = _near(on_device, max(entrant.interval for entrant in members))
                prediction = segment_pairs(method.propagator, reached)
                for entrant in members:
                    entrant.take_pairs(places[batch], reached, prediction)
            bar.advance(task)
            notes.finish(batch, entrants)


def _near(pair: FramePair, interval: int) -> FramePair:
    """Keep the pairs whose key frame is near enough for an interval."""
    kept = pair.gap < interval
    return FramePair._make(None if part is None else part[kept] for part in pair)
