"""Names of the MPVSS authors' release: detectron2's Mask2Former, and the flow module under ``motion.``.

Two tensors are laid out differently: their motion map MLP puts out y before x, and their fusing convolution
reads [pixel flow; query flow], where ours follow the paper.
"""

import torch
from torch import Tensor

from mpvss.weights.detectron2 import MASK2FORMER, attention, feed_forward
from mpvss.weights.rules import Rule, below


def _swap_halves(tensor: Tensor) -> Tensor:
    """Exchange the y and the x half of the rows."""
    return torch.cat(tensor.chunk(2)[::-1])


def _swap_flows(weight: Tensor) -> Tensor:
    """Exchange the convolution's two input flows: (2, 4, 3, 3)."""
    return torch.cat(weight.chunk(2, dim=1)[::-1], dim=1)


_ENCODER = (
    Rule(r"conv([12])\.0\.conv\.(.+)", r"conv\1.0.\2"),
    Rule(r"conv([3-6])\.([01])\.conv\.(.+)", r"conv\1.\2.0.\3"),
)

_DECODER = (
    *attention("transformer_self_attention_layers", "self_attn", r"motion_decoder.blocks.\1.attention"),
    *feed_forward("transformer_ffn_layers", r"motion_decoder.blocks.\1.feed_forward"),
    Rule(r"query_embed\.weight", r"motion_decoder.query_embedding.weight"),
    Rule(r"level_embed\.weight", r"motion_decoder.level_embedding.weight"),
    Rule(r"input_proj\.(.+)", r"motion_decoder.projections.\1"),
    *(
        rule
        for step, level in enumerate((5, 4, 3, 2))  # ours counts from the coarsest map
        for rule in (
            Rule(rf"predict_flow{level + 1}\.conv\.weight", rf"pixel_flow.predict.{step}.weight"),
            Rule(rf"deconv{level}\.conv\.weight", rf"pixel_flow.deconvolve.{step}.weight"),
            Rule(rf"upsample_flow{level}\.conv\.weight", rf"pixel_flow.upsample_flow.{step}.weight"),
        )
    ),
    Rule(r"predict_flow\.conv\.weight", r"pixel_flow.predict.4.weight"),
    Rule(r"decoder_norm\.(.+)", r"flow_head.norm.\1"),
    Rule(r"output_head\.layers\.([01])\.(.+)", r"flow_head.query_mlp.hidden.\1.\2"),
    Rule(r"output_head\.layers\.2\.(.+)", r"flow_head.query_mlp.output.\1"),
    Rule(r"scale_layer\.layers\.([01])\.(.+)", r"flow_head.map_mlp.hidden.\1.\2"),
    Rule(r"scale_layer\.layers\.2\.(.+)", r"flow_head.map_mlp.output.\1", transform=_swap_halves),
    Rule(r"fuse_layer\.conv\.weight", r"flow_head.fuse.weight", transform=_swap_flows),
    Rule(r"fuse_layer\.conv\.bias", r"flow_head.fuse.bias"),
)

MPVSS = (
    *MASK2FORMER,
    *below(_ENCODER, r"motion\.encoder\.", "flow.motion_encoder."),
    *below(_DECODER, r"motion\.decoder\.", "flow."),
)
