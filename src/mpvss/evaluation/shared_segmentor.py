"""One segmentor for several methods: a key frame that all of them have is segmented once."""

import time
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from mpvss.evaluation.method import Method
from mpvss.types import DecodingSegmentor, KeyState


class SharedSegmentor(nn.Module):
    """Segment frames, and remember the results until other frames begin.

    Attributes:
        seconds_saved: time that the remembered results took when they were made, summed over all that were reused.

    Args:
        segmentor: whose results are remembered; they depend on the frames alone, so it is in eval mode.
    """

    def __init__(self, segmentor: DecodingSegmentor) -> None:
        super().__init__()
        self.segmentor = segmentor
        self.seconds_saved = 0.0
        self._known: list[tuple[KeyState, float]] = []

    @property
    def needs_labels(self) -> bool:
        """Whether the segmentor is an oracle."""
        return self.segmentor.needs_labels

    def begin(self, frames: Tensor, labels: Tensor) -> None:
        """Forget the frames so far, as others come.

        Args:
            frames: not used.
            labels: not used.
        """
        self._known = []

    def forward(self, frame: Tensor) -> KeyState:
        """Segment (B, 3, H, W) uint8 RGB frames; the very same frames again give the very same result."""
        for state, seconds in self._known:
            if torch.equal(state.frame, frame):
                self.seconds_saved += seconds
                return state
        begin = time.perf_counter()
        state = self.segmentor(frame)
        if frame.is_cuda:
            torch.cuda.synchronize(frame.device)
        self._known.append((state, time.perf_counter() - begin))
        return state

    def decode(self, pyramid: tuple[Tensor, ...], frame: Tensor) -> KeyState:
        """Segment frames from features, which are never the same."""
        return self.segmentor.decode(pyramid, frame)


def share_segmentors(methods: Sequence[Method]) -> list[SharedSegmentor]:
    """Give methods whose segmentors are the same module, or the same layers with the same weights, one to share.

    Args:
        methods: their propagators are changed.

    Returns:
        The segmentors that are now shared, each by one method or more.
    """
    shared: list[SharedSegmentor] = []
    for method in methods:
        segmentor = method.propagator.segmentor
        known = next((other for other in shared if _same(other.segmentor, segmentor)), None)
        if known is None:
            known = SharedSegmentor(segmentor)  # type: ignore[arg-type]  # every segmentor of ours decodes
            shared.append(known)
        method.propagator.segmentor = known
    return shared


def _same(one: object, other: object) -> bool:
    """Tell whether two segmentors give the same: same layers, same settings, same weights to the last bit."""
    if one is other:
        return True
    assert isinstance(one, nn.Module)
    assert isinstance(other, nn.Module)
    ours, theirs = one.state_dict(), other.state_dict()
    return (
        _settings(one) == _settings(other)
        and ours.keys() == theirs.keys()
        and all(torch.equal(ours[key], theirs[key]) for key in ours)
    )


def _settings(module: nn.Module) -> list[tuple[str, str, list[tuple[str, object]]]]:
    """List the modules below one with the numbers that they hold beside tensors, such as a number of heads."""
    plain = (bool, int, float, str, tuple)
    return [
        (name, type(part).__qualname__, sorted((k, v) for k, v in vars(part).items() if isinstance(v, plain)))
        for name, part in module.named_modules()
    ]
