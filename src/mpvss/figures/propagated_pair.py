"""A key frame, a later frame, and all that a model says of the two."""

from typing import NamedTuple

import torch
from torch import Tensor

from mpvss.drawing import resize_nearest
from mpvss.flow import FlowParts, flow_parts
from mpvss.propagation import MASK_STRIDE, PropagatorModule, label_map, resize_flow, segment_flow
from mpvss.types import Prediction, Segments


class PropagatedPair(NamedTuple):
    """What becomes of a key frame's segments in a later frame; a batch of one, on the CPU.

    Attributes:
        key_frame: (3, H, W) uint8 RGB, frame k.
        frame: (3, H, W) uint8 RGB, frame j.
        key_segments: what the segmentor sees in the key frame.
        segments: what propagation says of frame j.
        labels: (H, W) uint8, the semantic map of frame j.
        parts: the flow j->k and what it is made of, each in pixels of its own map.
    """

    key_frame: Tensor
    frame: Tensor
    key_segments: Segments
    segments: Segments
    labels: Tensor
    parts: FlowParts

    @property
    def confidence(self) -> tuple[Tensor, Tensor]:
        """Each query's largest class probability in the key frame, and its class: (N,) and (N,)."""
        confidence, index = self.key_segments.class_logits[0].softmax(-1)[:, :-1].max(1)
        return confidence, index

    def over_frame(self, maps: Tensor) -> Tensor:
        """Spread maps (..., h, w) of the padded frame over the frame: (..., H, W), nearest values."""
        height, width = self.frame.shape[-2:]
        return resize_nearest(maps, self._padded(1))[..., :height, :width]

    def displacement(self, flow: Tensor) -> Tensor:
        """Bring flow maps (n, 2, h, w), in their own pixels, to the frame and its pixels: (n, 2, H, W).

        On the way they are as the masks are warped by them, at 1/4 of the frame.
        """
        return self.over_frame(MASK_STRIDE * resize_flow(flow[None], self._padded(MASK_STRIDE))[0])

    def owners_displacement(self) -> Tensor:
        """Give each pixel of frame j the flow of the segment seen there: (2, H, W) in pixels of the frame."""
        flow = resize_flow(self.parts.flow, self._padded(MASK_STRIDE))
        size = (self.frame.shape[-2], self.frame.shape[-1])
        owned = MASK_STRIDE * segment_flow(Prediction(self.segments, flow), size)[0]
        spread = resize_nearest(owned, (MASK_STRIDE * owned.shape[-2], MASK_STRIDE * owned.shape[-1]))
        return spread[:, : size[0], : size[1]]

    def attention(self, queries: list[int]) -> Tensor | None:
        """Give each pixel of the frame its share of some queries' attention, (n, H, W); None where there is none."""
        shares, stride = self.parts.attention, self.parts.attention_stride
        if shares is None:
            return None
        height, width = self.parts.flow.shape[-2:]
        fine = shares[0, queries].repeat_interleave(stride, -2).repeat_interleave(stride, -1)
        return self.over_frame(fine[..., :height, :width])

    def _padded(self, stride: int) -> tuple[int, int]:
        """Size of the padded frame, or of its map at a stride."""
        height, width = self.segments.mask_logits.shape[-2:]
        return MASK_STRIDE * height // stride, MASK_STRIDE * width // stride


@torch.inference_mode()
def propagate_pair(propagator: PropagatorModule, key_frame: Tensor, frame: Tensor, block: int = -1) -> PropagatedPair:
    """Segment a key frame, carry the result to a later frame, and keep everything.

    Args:
        propagator: in eval mode, with a flow module.
        key_frame: (3, H, W) uint8 RGB, frame k.
        frame: (3, H, W) uint8 RGB, frame j.
        block: of the motion decoder, whose attention is kept; -1 is the last.

    Raises:
        ValueError: if the propagator has no flow module or is in training mode, or there is no such block.
    """
    if propagator.flow is None:
        raise ValueError(
            f"a figure of flow needs a method with flow; got {type(propagator).__name__}, which segments every frame "
            "itself. Choose propagation=masks."
        )
    if propagator.training:
        raise ValueError("a figure shows a model in eval mode; got training mode. Call its eval() first.")
    device = next(propagator.parameters()).device
    key_batch, batch = key_frame[None].to(device), frame[None].to(device)
    state = propagator.start(key_batch)
    prediction = propagator.step(state, batch)
    parts = flow_parts(propagator.flow, key_batch, batch, state.queries, block)
    return PropagatedPair(
        key_frame.cpu(),
        frame.cpu(),
        Segments(*(logits.cpu() for logits in state.segments)),
        Segments(*(logits.cpu() for logits in prediction.segments)),
        label_map(prediction, (frame.shape[-2], frame.shape[-1]))[0].cpu(),
        FlowParts(
            parts.flow.cpu(),
            _on_cpu(parts.query_flow),
            _on_cpu(parts.pixel_flow),
            _on_cpu(parts.attention),
            parts.attention_stride,
        ),
    )


def _on_cpu(part: Tensor | None) -> Tensor | None:
    return None if part is None else part.cpu()
