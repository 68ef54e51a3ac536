"""In which classes one method is better than another (Fig. B)."""

from collections.abc import Sequence
from typing import NamedTuple

from mpvss.report.paper import CLASSES_WON, INTERVAL
from mpvss.report.printed import paper_name
from mpvss.report.summaries import Summary

FAVOURITES = (("query_flow", "optical_flow"), ("query_flow", "copy"))
"""What is compared unless two methods are named, the first pair that there is: the paper's method and its baselines."""


class ClassDifferences(NamedTuple):
    """Two methods on the same backbone at the same interval, class by class.

    Attributes:
        backbone: option.
        interval: frames.
        method: the one asked about.
        rival: the one it is compared with.
        scores: by class name, largest gain first: IoU of the method and of its rival, in percent; only classes
            that both have.
    """

    backbone: str
    interval: int
    method: str
    rival: str
    scores: dict[str, tuple[float, float]]

    @property
    def gains(self) -> dict[str, float]:
        """IoU of the method minus that of its rival, in percentage points, by class name."""
        return {name: ours - theirs for name, (ours, theirs) in self.scores.items()}

    def verdict(self, data: str) -> str:
        """Say in how many classes the method is better, and what the paper says."""
        won = sum(gain > 0 for gain in self.gains.values())
        text = f"{self.method} is better than {self.rival} in {won} of {len(self.scores)} classes"
        printed = CLASSES_WON.get((data, self.backbone, self.method, self.rival))
        return text + (f" (paper: {printed[0]} of {printed[1]})" if printed else "")

    @property
    def title(self) -> str:
        """What is compared."""
        return f"IoU of {self.method} minus {self.rival}, {paper_name(self.backbone)}, interval {self.interval}"


def class_differences(summaries: Sequence[Summary], methods: Sequence[str] | None) -> list[ClassDifferences]:
    """Compare two methods for every backbone that has both at a common interval: 5, the paper's, or the largest.

    Args:
        summaries: of one data set.
        methods: the two names; None takes one of `FAVOURITES`, if there is one.

    Raises:
        ValueError: if `methods` are not two of those evaluated.
    """
    known = list(dict.fromkeys(summary.method for summary in summaries))
    if methods is not None and (len(set(methods)) != 2 or not set(methods) <= set(known)):
        raise ValueError(f"rivals must be two methods of {', '.join(known)}; got {', '.join(methods)}.")
    pair = methods or next((pair for pair in FAVOURITES if set(pair) <= set(known)), None)
    if pair is None:
        return []
    method, rival = pair
    found = []
    for backbone in dict.fromkeys(summary.backbone for summary in summaries):
        ours, theirs = (_by_interval(summaries, backbone, name) for name in (method, rival))
        common = ours.keys() & theirs.keys()
        if common:
            interval = INTERVAL if INTERVAL in common else max(common)
            scores = _sorted_scores(ours[interval], theirs[interval])
            found.append(ClassDifferences(backbone, interval, method, rival, scores))
    return found


def _by_interval(summaries: Sequence[Summary], backbone: str, method: str) -> dict[int, Summary]:
    return {
        summary.interval: summary
        for summary in summaries
        if summary.backbone == backbone
        and summary.method == method
        and summary.class_iou
        and summary.interval is not None
    }


def _sorted_scores(ours: Summary, theirs: Summary) -> dict[str, tuple[float, float]]:
    scores = {
        name: (score.mean, theirs.class_iou[name].mean)
        for name, score in ours.class_iou.items()
        if name in theirs.class_iou
    }
    return dict(sorted(scores.items(), key=lambda item: item[1][1] - item[1][0]))
