"""Counting multiply-accumulates, what the field's tables call "GFLOPs"."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from math import prod
from typing import Any, NamedTuple

import torch
from torch.utils.flop_counter import FlopCounterMode

from mpvss.types import KeyState, NextKey, Propagator

Shape = tuple[int, ...]


class MacCount(NamedTuple):
    """Multiply-accumulates of one call.

    Attributes:
        total: their number.
        by_operation: the same by ATen operator, such as ``convolution`` or ``addmm``, largest first.
    """

    total: int
    by_operation: dict[str, int]


class FrameCounts(NamedTuple):
    """How many frames of videos were key frames, and how many were not.

    Attributes:
        key: key frames.
        non_key: other frames.
        last: those of the other frames that no key frame of their video follows.
    """

    key: int = 0
    non_key: int = 0
    last: int = 0

    @classmethod
    def of(cls, key: Iterable[bool]) -> "FrameCounts":
        """Count the frames of a whole video, given for each whether it is a key frame; the first one is."""
        flags = list(key)
        last = flags[::-1].index(True) if True in flags else len(flags)
        return cls(sum(flags), len(flags) - sum(flags), last)

    @property
    def total(self) -> int:
        """All frames."""
        return self.key + self.non_key

    def plus(self, other: "FrameCounts") -> "FrameCounts":
        """Return the counts of both together."""
        return FrameCounts(*(ours + theirs for ours, theirs in zip(self, other, strict=True)))


class FrameCosts(NamedTuple):
    """Multiply-accumulates of one frame.

    Attributes:
        key: of a key frame.
        non_key: of another frame; None where every frame is segmented as a key frame is.
        last: of a non-key frame that no key frame follows, which costs less where a method looks ahead; None where
            that makes no difference.
    """

    key: int
    non_key: int | None
    last: int | None = None

    def average(self, counts: FrameCounts) -> float:
        """Return the mean over frames that were segmented.

        Args:
            counts: of these frames; not 0.

        Example:
            >>> FrameCosts(key=100, non_key=20).average(FrameCounts.of([True, False, True, False, False]))
            52.0
        """
        non_key = self.key if self.non_key is None else self.non_key
        last = non_key if self.last is None else self.last
        between = counts.non_key - counts.last
        return (counts.key * self.key + between * non_key + counts.last * last) / counts.total


def count_macs(function: Callable[..., object], *args: object) -> MacCount:
    """Count the multiply-accumulates of ``function(*args)``, which runs once without gradients.

    Counted are convolutions and all matrix products, attention's included, as PyTorch's `FlopCounterMode` does,
    and what fvcore's counter adds, by which the field's tables were made: 5 per element of a layer or group norm
    (4 without affine parameters), 2 per element of an evaluating batch norm (1 without), and 4 per output
    element of bilinear sampling and upsampling. Weighted row gathers (`embedding_bag`), another way to write
    bilinear sampling, count one per gathered element. Element-wise operations and softmax are free.

    Only shapes matter: with module and arguments on the ``meta`` device (``module.to("meta")``) full-size models
    are counted in seconds and without memory. Put modules into eval mode first.

    Args:
        function: a module or function.
        args: its arguments.

    Returns:
        The count.

    Example:
        >>> count_macs(torch.nn.Linear(3, 5), torch.zeros(7, 3)).total
        105
    """
    counter = FlopCounterMode(display=False, custom_mapping=_FORMULAS)
    counter.mod_tracker = _WholeCall()  # type: ignore[assignment]  # has what the counter reads of a ModuleTracker
    with torch.no_grad(), _attention_in_parts(), counter:
        function(*args)
    flops = counter.get_flop_counts().get("Global", {})
    macs = {str(operation).removeprefix("aten."): count // 2 for operation, count in flops.items() if count}
    by_operation = dict(sorted(macs.items(), key=lambda item: -item[1]))
    return MacCount(sum(by_operation.values()), by_operation)


@contextmanager
def _attention_in_parts() -> Iterator[None]:
    """Switch off `nn.MultiheadAttention`'s fused kernel, of which a counter sees nothing."""
    enabled = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        yield
    finally:
        torch.backends.mha.set_fastpath_enabled(enabled)


class _WholeCall:
    """Attributes every operation to the whole call.

    PyTorch's own tracker also tells modules apart, but fails where one is given a view of a trainable parameter.
    """

    parents = frozenset({"Global"})

    def __enter__(self) -> None:
        """Start."""

    def __exit__(self, *args: object) -> None:
        """End."""


# The formulas take an operator's arguments, tensors replaced by their shapes, and return FLOPs, 2 per
# multiply-accumulate. `Any`: operators differ in the arguments that a formula does not look at.


def repeated_key(propagator: Propagator, state: KeyState, batch: int = 1) -> NextKey | None:
    """Let a key frame be its own successor, for `batch` frames halfway between the two.

    Args:
        propagator: whose costs are measured.
        state: of one key frame.
        batch: number of non-key frames.

    Returns:
        What `propagator` is to be given as the next key frame: None if it does not look ahead.
    """
    if not propagator.needs_next_key:
        return None
    return NextKey(state.expand(batch), torch.full((batch,), 0.5, device=state.frame.device))


def _layer_norm(shape: Shape, normalized_shape: Any, weight: Shape | None, *args: Any, **kwargs: Any) -> int:
    return 2 * prod(shape) * (4 if weight is None else 5)


def _group_norm(shape: Shape, weight: Shape | None, *args: Any, **kwargs: Any) -> int:
    return 2 * prod(shape) * (4 if weight is None else 5)


def _batch_norm(
    shape: Shape, weight: Shape | None, bias: Any, mean: Any, variance: Any, training: bool, *args: Any, **kwargs: Any
) -> int:
    return 2 * prod(shape) * ((4 if training else 1) + (weight is not None))


def _bilinear_upsampling(*args: Any, out_shape: Shape, **kwargs: Any) -> int:
    return 2 * 4 * prod(out_shape)


def _grid_sampling(shape: Shape, grid: Shape, mode: int, *args: Any, out_shape: Shape, **kwargs: Any) -> int:
    bilinear = mode == 0
    return 2 * 4 * prod(out_shape) if bilinear else 0


def _embedding_bag(
    rows: Shape,
    indices: Shape,
    offsets: Any,
    scale_by_frequency: bool = False,
    mode: int = 0,
    sparse: bool = False,
    weights: Shape | None = None,
    *args: Any,
    **kwargs: Any,
) -> int:
    return 0 if weights is None else 2 * prod(indices) * rows[1]


_aten = torch.ops.aten
_FORMULAS: dict[Any, Callable[..., int]] = {
    _aten.native_layer_norm: _layer_norm,
    _aten.native_group_norm: _group_norm,
    _aten.native_batch_norm: _batch_norm,
    _aten.cudnn_batch_norm: _batch_norm,
    _aten.upsample_bilinear2d: _bilinear_upsampling,
    _aten.grid_sampler_2d: _grid_sampling,
    _aten._embedding_bag: _embedding_bag,
    _aten._embedding_bag_forward_only: _embedding_bag,
}
