"""What the paper prints of the methods that a report shows. Costs stand in `mpvss.report.paper_costs`."""

from collections.abc import Sequence

from mpvss.report.paper_costs import BACKBONES, TABLE_1, TABLE_2, MethodCosts
from mpvss.report.summaries import Summary

INTERVAL = 5
"""Of the key frames, in every table."""

DROP_INTERVALS = (2, 10)
"""Of Figs. 3 and A, whose text gives how much is lost from the one to the other."""


def paper_scores(data: str, summary: Summary) -> dict[str, float]:
    """Return the paper's scores of this method, backbone and interval, in percent; empty if it prints none.

    Args:
        data: option of the group `data`.
        summary: of a method; at interval 1, every method is per-frame segmentation.
    """
    method = _method(summary)
    row = _SCORES.get(data, {}).get(method, {}).get(summary.backbone, ())
    return dict(zip(("mIoU", "WIoU", "mVC8", "mVC16"), row, strict=False)) if _has_interval(method, summary) else {}


def paper_costs(data: str, summary: Summary) -> dict[str, float]:
    """Return the paper's costs of this method, backbone and interval, by the names of `Summary.costs`.

    Args:
        data: option of the group `data`.
        summary: of a method.
    """
    method = _method(summary)
    table = _COSTS.get(data, {}).get({"per_frame": "Mask2Former", "query_flow": "MPVSS"}.get(method, ""), {})
    if summary.backbone not in table or not _has_interval(method, summary):
        return {}
    gmacs, parameters, fps = table[summary.backbone]
    return {"GMACs": gmacs, "parameters_M": parameters} | ({} if fps is None else {"fps": fps})


def paper_drop(data: str, summary: Summary, score: str) -> float | None:
    """Return how many points a score loses from interval 2 to 10 in Figs. 3c and A; None where they do not say.

    Fig. A names five more backbones for four more numbers, so that these belong to none.

    Args:
        data: option of the group `data`.
        summary: of a method at any interval.
        score: mIoU or WIoU.
    """
    return _DROPS.get((data, _method(summary._replace(interval=INTERVAL)), summary.backbone), {}).get(score)


def paper_note(data: str, summaries: Sequence[Summary]) -> str | None:
    """Return what is to be said of the paper's scores of some methods; None if nothing is.

    Args:
        data: option of the group `data`.
        summaries: of methods.
    """
    both = [
        s for s in summaries if (data, s.backbone, _method(s), s.interval) == ("vspw", "swin_b", "query_flow", INTERVAL)
    ]
    return "For query_flow on Swin-B, Tables 1 and D print 52.6 mIoU, Tables 3a and 3b 52.9." if both else None


def paper_name(backbone: str) -> str:
    """Return what the paper calls a backbone, or its option's name."""
    return BACKBONES.get(backbone, backbone)


def _method(summary: Summary) -> str:
    if summary.interval == 1 or summary.propagation == "per_frame":
        return "per_frame"
    flow = summary.flow or ""
    if summary.stages is not None:
        flow += f", {summary.stages} stages"
    return flow if summary.propagation == "masks" else f"{summary.propagation} {flow}"


def _has_interval(method: str, summary: Summary) -> bool:
    return method == "per_frame" or summary.interval == INTERVAL


def _by_backbone(*scores: float) -> dict[str, tuple[float, ...]]:
    return {backbone: (score,) for backbone, score in zip(BACKBONES, scores, strict=True)}


_COSTS: dict[str, dict[str, dict[str, MethodCosts]]] = {"vspw": TABLE_1, "cityscapes": TABLE_2}

_SCORES: dict[str, dict[str, dict[str, tuple[float, ...]]]] = {
    "vspw": {
        "per_frame": {  # Table 1, Mask2Former
            "r50": (38.5, 60.2, 81.3, 76.4),
            "r101": (39.3, 60.1, 82.5, 77.6),
            "swin_t": (41.2, 62.6, 84.5, 80.0),
            "swin_s": (42.1, 63.1, 84.7, 79.3),
            "swin_b": (54.1, 70.3, 86.6, 82.9),
            "swin_l": (56.1, 70.8, 87.6, 84.1),
        },
        "query_flow": {  # Table 1, MPVSS; Tables 3a and 3b print 52.9 mIoU for Swin-B
            "r50": (37.5, 59.0, 84.1, 77.2),
            "r101": (38.8, 59.0, 84.8, 79.6),
            "swin_t": (39.9, 62.0, 85.9, 80.4),
            "swin_s": (40.4, 62.0, 86.0, 80.7),
            "swin_b": (52.6, 68.4, 89.5, 85.9),
            "swin_l": (53.9, 69.1, 89.6, 85.8),
        },
        "copy": _by_backbone(35.7, 37.1, 37.5, 38.7, 49.3, 50.4),  # Table 3a, and so is the next
        "optical_flow": _by_backbone(36.1, 38.2, 38.4, 40.1, 52.1, 53.2),
        "query_random": {"swin_t": (38.1,), "swin_b": (50.9,)},  # Table 3b, and so are the next two
        "query_learned": {"swin_t": (39.2,), "swin_b": (52.4,)},
        "query_for_pf": {"swin_t": (38.5,), "swin_b": (52.3,)},
        "query_flow, 1 stages": {"swin_t": (39.4,), "swin_b": (51.8,)},  # Table D, whose row of 3 is Table 1's
        "query_flow, 2 stages": {"swin_t": (39.4,), "swin_b": (52.0,)},
        "query_flow, 4 stages": {"swin_t": (39.6,), "swin_b": (51.8,)},
    },
    "cityscapes": {  # Tables 2 and E
        "per_frame": _by_backbone(79.4, 80.1, 82.1, 82.6, 83.3, 83.3),
        "optical_flow": _by_backbone(76.6, 77.7, 79.6, 80.4, 80.5, 80.7),
        "query_learned": _by_backbone(77.3, 77.8, 80.2, 80.7, 80.8, 81.2),
        "query_flow": _by_backbone(78.4, 78.2, 80.7, 81.3, 81.7, 81.6),
        "dff optical_flow": {"r101": (77.1,), "swin_b": (79.9,)},
        "accel optical_flow": {"r101": (78.9,), "swin_b": (81.4,)},
        "bidirectional optical_flow": {"swin_t": (80.2,), "swin_b": (81.1,)},  # Table H
    },
}

_DROPS = {
    ("vspw", "query_flow", "swin_t"): {"mIoU": 1.1, "WIoU": 0.7},  # Fig. 3c
    ("vspw", "optical_flow", "swin_t"): {"mIoU": 2.63, "WIoU": 2.96},
    ("vspw", "query_flow", "swin_l"): {"mIoU": 2.7},  # Fig. A
}

CLASSES_WON = {("vspw", "swin_l", "query_flow", "optical_flow"): (91, 124)}
"""Fig. B, by data, backbone, method and rival: in how many of all classes the method has the higher IoU."""
