"""All that is wrong with a data set, split by split."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from mpvss.data.health.clip_findings import ClipFindings
from mpvss.data.health.inspector import Inspector
from mpvss.data.health.problems import Kind, Problem


class Finding(NamedTuple):
    """A problem and where it is.

    Attributes:
        split: empty if it is in none.
        clip: empty if it is the whole split's.
        problem: what it is.
    """

    split: str
    clip: str
    problem: Problem

    def __str__(self) -> str:
        place = f" in {self.split}" if self.split else ""
        return f"{self.problem.severity}: {self.problem.kind}{place}: {self.problem}"


def findings(
    inspectors: Mapping[str, Inspector], reports: Sequence[ClipFindings], train_split: str, has_pairs: bool
) -> list[Finding]:
    """Join what is wrong with splits, with clips, and between splits.

    Args:
        inspectors: by the name of their split.
        reports: of all their clips.
        train_split: name of the split to train on.
        has_pairs: whether training takes two frames of a clip, so that a clip of one frame is useless.
    """
    return [
        *(Finding(split, "", problem) for split, inspector in inspectors.items() for problem in inspector.problems),
        *(Finding(report.split, report.clip, problem) for report in reports for problem in report.problems),
        *_single_frames(inspectors, train_split, has_pairs),
        *_leaks(inspectors, train_split),
        *_unlisted(inspectors),
    ]


def bad_clips(found: Sequence[Finding]) -> dict[tuple[str, str], str]:
    """Return the clips that cannot be used as they are, by split and name, each with its first problem."""
    reasons: dict[tuple[str, str], str] = {}
    for split, clip, problem in found:
        if split and clip and not problem.is_note:
            reasons.setdefault((split, clip), " ".join(f"{problem.kind}: {problem}".split()))
    return reasons


def _single_frames(inspectors: Mapping[str, Inspector], train_split: str, has_pairs: bool) -> Iterator[Finding]:
    for split, inspector in inspectors.items():
        is_useless = has_pairs and split == train_split
        text = "must have two frames to make a pair of; got one" if is_useless else "has one frame"
        for clip in range(len(inspector)):
            if inspector.num_frames(clip) == 1:
                problem = Problem(Kind.ONE_FRAME, inspector.folder(clip), text, is_note=not is_useless)
                yield Finding(split, inspector.name(clip), problem)


def _leaks(inspectors: Mapping[str, Inspector], train_split: str) -> Iterator[Finding]:
    train = inspectors.get(train_split)
    if train is None:
        return
    for split, inspector in inspectors.items():
        names = {inspector.name(clip) for clip in range(len(inspector))}
        for clip in range(len(train) if split != train_split else 0):
            if train.name(clip) in names:
                text = f"must not be trained on and scored on; got it in {train_split} and in {split}"
                yield Finding(train_split, train.name(clip), Problem(Kind.LEAK, train.folder(clip), text))


def _unlisted(inspectors: Mapping[str, Inspector]) -> Iterator[Finding]:
    listed = {
        inspector.name(clip).partition("/")[0] for inspector in inspectors.values() for clip in range(len(inspector))
    }
    on_disk = {name for inspector in inspectors.values() for name in inspector.names_on_disk()}
    for name in sorted(on_disk - listed):
        text = f"is there, but not in {', '.join(inspectors)}"
        yield Finding("", name, Problem(Kind.UNLISTED_CLIP, name, text, is_note=True))
