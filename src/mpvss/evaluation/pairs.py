"""Pairs of sparsely labelled videos, segmented once for all intervals."""

from collections.abc import Sequence
from itertools import groupby

import torch
from torch.utils.data import DataLoader

from mpvss.data import LabelledPairs, VideoSource, collate_pairs, scored_frames
from mpvss.evaluation.method_run import MethodRun
from mpvss.evaluation.oracle import GroundTruth
from mpvss.evaluation.progress import EvaluationProgress
from mpvss.evaluation.videos import begin_frames
from mpvss.inference import segment_between, segment_pairs
from mpvss.output.progress import progress_bar
from mpvss.propagation import FixedInterval
from mpvss.types import FramePair


def evaluate_pairs(
    runs: Sequence[MethodRun],
    pairs: LabelledPairs,
    targets: Sequence[int],
    progress: EvaluationProgress,
    device: torch.device,
    num_workers: int = 0,
    show_bar: bool = True,
) -> None:
    """Segment and score labelled frames from key frames at every gap; each method does so once for its intervals.

    Args:
        runs: whose scores grow; those of a method stand side by side.
        pairs: of labelled frames, with gaps up to the largest interval - 1.
        targets: which of the labelled frames; those that are done are passed over.
        progress: notes what is done.
        device: of the runs.
        num_workers: processes that read ahead.
        show_bar: whether to show a progress bar.

    Raises:
        ValueError: if key frames are not at a fixed interval, or a method is the oracle, which would need labels of key
            frames, or looks ahead further than a video goes on.
    """
    if any(isinstance(run.method.propagator.segmentor, GroundTruth) for run in runs):
        raise ValueError(
            "segmentor=ground_truth needs the labels of key frames; only some frames of these data are labelled."
        )
    places, batches = scored_frames(pairs.source), pairs.batches()
    largest = max(run.interval for run in runs)
    remaining = [target for target in targets if target not in set(progress.done)]
    loader = DataLoader(
        pairs,
        batch_sampler=[list(batches[target]) for target in remaining],
        num_workers=num_workers,
        collate_fn=collate_pairs,
        pin_memory=device.type == "cuda",
    )
    with progress_bar("labelled frames", show_bar) as bar:
        task = bar.add_task("evaluating", total=len(targets), completed=len(targets) - len(remaining))
        for target, pair in zip(remaining, loader, strict=True):
            on_device = _near(FramePair._make(None if part is None else part.to(device) for part in pair), largest)
            begin_frames(runs, on_device.key_frame, on_device.key_labels)
            for method, group in groupby(runs, key=lambda run: run.method):
                members, place = list(group), places[target]
                if method.propagator.needs_next_key:
                    for run in members:
                        _update_between(run, on_device, pairs.source, place)
                    continue
                reached = _near(on_device, max(run.interval for run in members))
                prediction = segment_pairs(method.propagator, reached)
                for run in members:
                    run.update_pairs(place, reached, prediction)
            bar.advance(task)
            progress.finish(target, runs)


def _update_between(run: MethodRun, pair: FramePair, source: VideoSource, place: tuple[int, int]) -> None:
    """Segment and score a labelled frame between key frames before and after it, which depend on the interval."""
    interval, (video, frame) = run.interval, place
    num_after = source.num_frames(video) - frame - 1
    if num_after < interval - 1:
        raise ValueError(
            f"{type(run.method.propagator).__name__} at an interval of {interval} needs {interval - 1} frames "
            f"after the labelled one; {source.name(video)} has {num_after}. Lower interval to {num_after + 1} at most."
        )
    own = _near(pair, interval)
    ahead = [frame - gap + interval if gap else frame for gap in own.gap.tolist()]  # at gap 0, any: it has no say
    following = torch.stack([source.read(video, number)[0] for number in ahead]).to(pair.frame.device)
    run.update_pairs(place, own, segment_between(run.method.propagator, own, following, FixedInterval(interval)))


def _near(pair: FramePair, interval: int) -> FramePair:
    """Keep the pairs whose key frame is near enough for an interval."""
    kept = pair.gap < interval
    return FramePair._make(None if part is None else part[kept] for part in pair)
