"""What a flow is made of, for pictures: Eq. 4's two flows, and where each query looks (Fig. C of the paper)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import NamedTuple, Protocol, runtime_checkable

from torch import Tensor, nn

from mpvss.flow.motion_decoder import MotionDecoder
from mpvss.flow.motion_encoder import MotionEncoder
from mpvss.layers import Attention
from mpvss.types import Flow


class FlowParts(NamedTuple):
    """A flow and its parts; None where a flow module has no such part.

    Attributes:
        flow: (B, N or 1, 2, h, w) what the module returns.
        query_flow: (B, N, 2, h, w) query-based flow before fusion, F^QF.
        pixel_flow: (B, 1, 2, h, w) pixel-wise flow before fusion, F^PF.
        attention: (B, N, h_l, w_l) share of each flow query's attention that a pixel of the motion map gets in one
            block of the motion decoder, the mean of its heads. A query's sum is at most 1: what is missing went to
            other queries.
        attention_stride: pixels of the flow map per pixel of the attention's, in each direction; the last row and
            column of the latter may reach beyond.
    """

    flow: Tensor
    query_flow: Tensor | None = None
    pixel_flow: Tensor | None = None
    attention: Tensor | None = None
    attention_stride: int = 1


@runtime_checkable
class ShowsParts(Flow, Protocol):
    """A flow that can show what it is made of; one that cannot has no `parts`."""

    def parts(self, key_frame: Tensor, frame: Tensor, queries: Tensor, block: int = -1) -> FlowParts:
        """Estimate flow and show its parts; arguments and errors as of :func:`flow_parts`."""


def flow_parts(flow: Flow, key_frame: Tensor, frame: Tensor, queries: Tensor, block: int = -1) -> FlowParts:
    """Run a flow module and show its parts.

    Args:
        flow: any flow module; one that is no :class:`ShowsParts` gives its flow alone.
        key_frame: (B, 3, H, W) uint8 RGB, frame k.
        frame: (B, 3, H, W) uint8 RGB, frame j.
        queries: (B, N, C) the segmentor's queries of the key frame.
        block: of the motion decoder, whose attention is recorded; -1 is the last.

    Returns:
        The flow and what it is made of.

    Raises:
        ValueError: if the motion decoder has no such block.
    """
    if isinstance(flow, ShowsParts):
        return flow.parts(key_frame, frame, queries, block)
    return FlowParts(flow(key_frame, frame, queries))


class HasMotionDecoder(Flow, Protocol):
    """A flow with the two parts that every query-based flow begins with."""

    motion_encoder: MotionEncoder
    motion_decoder: MotionDecoder


def with_attention(
    flow: HasMotionDecoder, key_frame: Tensor, frame: Tensor, queries: Tensor, block: int = -1
) -> FlowParts:
    """Run a query-based flow and record the attention of a block of its motion decoder on the way.

    It is recorded from outside, so that `forward` neither knows nor pays for this. Arguments and errors as of
    :func:`flow_parts`.
    """
    decoder = flow.motion_decoder
    level = _visited_level(decoder, block)
    with recorded({"block": decoder.blocks[block], "projection": decoder.projections[level]}) as calls:
        result = flow(key_frame, frame, queries)
    (joint,), _ = calls["block"]
    _, motion_map = calls["projection"]
    attention = _attention(decoder.blocks[block], joint, queries.shape[1]).unflatten(-1, motion_map.shape[-2:])
    stride = 2 ** (len(flow.motion_encoder.out_channels) - 1 - level)  # each map is half as large as the one before
    return FlowParts(result, attention=attention, attention_stride=stride)


@contextmanager
def recorded(modules: Mapping[str, nn.Module]) -> Iterator[dict[str, tuple[tuple[Tensor, ...], Tensor]]]:
    """Keep what enters and what leaves each of the modules while they run, under their names."""
    calls: dict[str, tuple[tuple[Tensor, ...], Tensor]] = {}

    def keep(name: str, module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        calls[name] = inputs, output

    handles = [module.register_forward_hook(partial(keep, name)) for name, module in modules.items()]
    try:
        yield calls
    finally:
        for handle in handles:
            handle.remove()


def _visited_level(decoder: MotionDecoder, block: int) -> int:
    """Tell which motion map a block visits; 0 is the coarsest."""
    num_blocks = len(decoder.blocks)
    if not -num_blocks <= block < num_blocks:
        raise ValueError(f"the motion decoder has blocks 0 to {num_blocks - 1}; got block {block}. -1 is the last one.")
    return block % num_blocks % decoder.num_levels


def _attention(block: nn.Module, joint: Tensor, num_queries: int) -> Tensor:
    """Attention of the queries, the first of the joint tokens (B, N + L, C), to the others: (B, N, L)."""
    attention = block.get_submodule("attention")
    assert isinstance(attention, Attention)
    return attention.weights(joint[:, :num_queries], joint)[..., num_queries:].mean(1)
