"""A key frame, ours against transformers', timed in turns."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from mpvss.benchmark.stopwatch import Timing, time_alternately, time_parts
from mpvss.benchmark.transformers_twin import parts_of_mask2former, transformers_twin
from mpvss.propagation import semantic_map
from mpvss.segmentor import Mask2Former
from mpvss.types import Segmentor

_WHOLE = "key frame"
_LABELS = "mask upsampling, class aggregation"


class PeerComparison(NamedTuple):
    """A key frame of two implementations with the same weights, frames and post-processing.

    Attributes:
        ours: timings: the whole key frame, then its parts.
        theirs: the same of transformers' Mask2Former.
        agreement: share of pixels that both label alike.
    """

    ours: dict[str, Timing]
    theirs: dict[str, Timing]
    agreement: float

    @property
    def ratio(self) -> float:
        """How many times as fast ours is: the ratio of the medians of the whole key frame."""
        return self.theirs[_WHOLE].median / self.ours[_WHOLE].median


def compare_with_transformers(
    segmentor: Segmentor, size: tuple[int, int], repeats: int = 7, warmup: int = 2
) -> PeerComparison:
    """Time a key frame of ours and of transformers' Mask2Former, A B A B, and the parts of each.

    Both read the same uint8 frames, have the same weights and end with our `semantic_map` at full resolution.

    Args:
        segmentor: a Mask2Former with a Swin backbone, in eval mode on the device to time; it takes the twin's weights,
            which are random.
        size: (H, W) of the frames, in pixels.
        repeats: timed rounds.
        warmup: rounds before them.

    Raises:
        ValueError: if the segmentor is another one, transformers is not installed, or `repeats` is less than 1.
    """
    if not isinstance(segmentor, Mask2Former):
        raise ValueError(f"peer=transformers compares a Mask2Former; got {type(segmentor).__name__}. Set peer=null.")
    device = next(segmentor.parameters()).device
    twin = transformers_twin(segmentor).to(device)
    frame = torch.randint(256, (1, 3, *size), dtype=torch.uint8, device=device)

    def labels(model: Segmentor) -> Tensor:
        return semantic_map(model(frame).segments, size)

    calls: dict[str, Callable[[], object]] = {"ours": lambda: labels(segmentor), "theirs": lambda: labels(twin)}
    whole = time_alternately(calls, repeats, warmup, device)
    with torch.inference_mode():
        agreement = (labels(segmentor) == labels(twin)).float().mean().item()
        segments = segmentor(frame).segments
    post = time_alternately({_LABELS: lambda: semantic_map(segments, size)}, repeats, 1, device)
    sides = {"ours": parts_of_mask2former(segmentor), "theirs": twin.parts}
    parts = {f"{side} {name}": modules for side, of_side in sides.items() for name, modules in of_side.items()}
    timings = time_parts(lambda: [call() for call in calls.values()], parts, repeats, device)
    ours, theirs = (
        {_WHOLE: whole[side], **{name: timings[f"{side} {name}"] for name in of_side}, **post}
        for side, of_side in sides.items()
    )
    return PeerComparison(ours, theirs, agreement)
