"""Find what the paper prints of the methods that a report shows."""

from collections.abc import Sequence

from mpvss.report.paper import BACKBONES, DROPS, INTERVAL, SCORES, TABLE_1, TABLE_2, MethodCosts
from mpvss.report.summaries import Summary


def paper_scores(data: str, summary: Summary) -> dict[str, float]:
    """Return the paper's scores of this method, backbone and interval, in percent; empty if it prints none.

    Args:
        data: option of the group `data`.
        summary: of a method; at interval 1, every method is per-frame segmentation.
    """
    method = _method(summary)
    row = SCORES.get(data, {}).get(method, {}).get(summary.backbone, ())
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
    return DROPS.get((data, _method(summary._replace(interval=INTERVAL)), summary.backbone), {}).get(score)


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


_COSTS: dict[str, dict[str, dict[str, MethodCosts]]] = {"vspw": TABLE_1, "cityscapes": TABLE_2}
