"""Every frame of every clip, read once."""

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial
from typing import NamedTuple

import numpy as np
import torch

from mpvss.data.health.inspector import Inspector
from mpvss.data.health.problems import Kind, Problem
from mpvss.data.loading.parallel import parallel_map
from mpvss.output.progress import progress_bar
from mpvss.types import VOID


class ClipFindings(NamedTuple):
    """What is in a clip, and what is wrong with it.

    Attributes:
        split: of the clip.
        clip: its name.
        num_frames: damaged ones included.
        sizes: number of frames by (width, height).
        label_counts: (256,) int64 pixels by class, void at 255; of the label maps that can be used.
        problems: all.
    """

    split: str
    clip: str
    num_frames: int
    sizes: Counter[tuple[int, int]]
    label_counts: np.ndarray
    problems: tuple[Problem, ...]


def walk(inspectors: Mapping[str, Inspector], num_workers: int) -> list[ClipFindings]:
    """Read every frame, with a progress bar.

    Args:
        inspectors: by the name of their split.
        num_workers: processes; 0 reads in this one.

    Returns:
        One report per clip, in order of split and clip.
    """
    clips = [(split, clip) for split, inspector in inspectors.items() for clip in range(len(inspector))]
    reports = []
    with progress_bar("frames") as bar:
        task = bar.add_task("reading", total=sum(inspectors[split].num_frames(clip) for split, clip in clips))
        for report in parallel_map(partial(_report, inspectors), clips, num_workers):
            reports.append(report)
            bar.advance(task, report.num_frames)
    return reports


def _report(inspectors: Mapping[str, Inspector], place: tuple[str, int]) -> ClipFindings:
    split, clip = place
    inspector = inspectors[split]
    sizes: Counter[tuple[int, int]] = Counter()
    label_counts = np.zeros(VOID + 1, dtype=np.int64)
    problems = list(inspector.clip_problems(clip))
    for index in range(inspector.num_frames(clip)):
        frame = inspector.read(clip, index)
        problems += frame.problems
        if frame.image is not None:
            sizes[frame.image.shape[2], frame.image.shape[1]] += 1
        if frame.labels is not None:
            label_counts += torch.bincount(frame.labels.flatten(), minlength=VOID + 1).numpy()
    problems += _changing_size(inspector.folder(clip), sizes)
    unique = tuple(dict.fromkeys(problems))  # an empty file is seen by the listing and by the decoder
    return ClipFindings(split, inspector.name(clip), inspector.num_frames(clip), sizes, label_counts, unique)


def _changing_size(folder: str, sizes: Counter[tuple[int, int]]) -> Iterator[Problem]:
    if len(sizes) > 1:
        listed = ", ".join(f"{count} of {width}x{height}" for (width, height), count in sizes.most_common())
        yield Problem(Kind.CHANGING_SIZE, folder, f"must hold frames of one size; got {listed} (width x height)")
