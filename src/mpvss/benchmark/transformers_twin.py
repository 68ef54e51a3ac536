"""The Mask2Former of Hugging Face's transformers, of the same sizes and weights as ours."""

import tempfile
from typing import Any

from torch import Tensor, nn

from mpvss.backbone import SwinBackbone
from mpvss.layers import normalize_frames, pad_to_multiple
from mpvss.segmentor import Mask2Former
from mpvss.segmentor.mask2former import IMAGENET_MEAN, IMAGENET_STD
from mpvss.types import KeyState, Segments
from mpvss.weights import describe, load_weights


class TransformersTwin(nn.Module):
    """transformers' model behind our interface: the same frames in, the same kind of segments out.

    Args:
        model: a ``Mask2FormerForUniversalSegmentation`` (Any: transformers is a development dependency).
    """

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, frame: Tensor) -> KeyState:
        """Segment frames, normalised and padded as ours.

        Args:
            frame: (B, 3, H, W) uint8 RGB.
        """
        output = self.model(pixel_values=pad_to_multiple(normalize_frames(frame, IMAGENET_MEAN, IMAGENET_STD)))
        segments = Segments(output.class_queries_logits, output.masks_queries_logits)
        return KeyState(segments, output.transformer_decoder_last_hidden_state, frame)

    @property
    def parts(self) -> dict[str, list[nn.Module]]:
        """The modules of each part, under the names of :func:`parts_of_mask2former`."""
        pixels = self.model.model.pixel_level_module
        return {
            "backbone": [pixels.encoder],
            "pixel decoder": [pixels.decoder],
            "of it the deformable encoder": list(pixels.decoder.encoder.layers),
            "query decoder": [self.model.model.transformer_module, self.model.class_predictor],
        }


def transformers_twin(segmentor: Mask2Former) -> TransformersTwin:
    """Build transformers' Mask2Former with random weights, and give `segmentor` the same weights.

    Args:
        segmentor: with a Swin backbone; its weights change.

    Returns:
        The twin, in eval mode on the CPU.

    Raises:
        ValueError: if the backbone is not a Swin, the only one that transformers' Mask2Former and ours share, or
            transformers is not installed.
    """
    if not isinstance(segmentor.backbone, SwinBackbone):
        raise ValueError(
            f"peer=transformers needs a Swin backbone; got {type(segmentor.backbone).__name__}. Set backbone=swin_t."
        )
    try:
        from transformers import Mask2FormerConfig, Mask2FormerForUniversalSegmentation, SwinConfig
        from transformers.utils import logging as transformers_logging
    except ImportError as error:
        raise ValueError(
            "peer=transformers needs the package transformers, which is not installed. Run pip install -e '.[dev]'."
        ) from error
    backbone = SwinConfig(**_swin_options(segmentor.backbone))
    config = Mask2FormerConfig(backbone_config=backbone, **_head_options(segmentor))
    model = Mask2FormerForUniversalSegmentation(config).eval()
    transformers_logging.disable_progress_bar()  # of writing a file
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        load_weights(segmentor, folder)
    return TransformersTwin(model)


def parts_of_mask2former(segmentor: Mask2Former) -> dict[str, list[nn.Module]]:
    """Return the modules of each part of ours that is timed."""
    return {
        "backbone": [segmentor.backbone],
        "pixel decoder": [segmentor.pixel_decoder],
        "of it the deformable encoder": list(segmentor.pixel_decoder.layers),
        "query decoder": [segmentor.query_decoder],
    }


def _head_options(segmentor: Mask2Former) -> dict[str, Any]:  # as transformers names them; arguments of several types
    sizes = describe(segmentor)
    return {
        "num_labels": sizes.num_classes,
        "num_queries": sizes.num_queries,
        "hidden_dim": sizes.dim,
        "mask_feature_size": sizes.dim,
        "feature_size": sizes.dim,
        "num_attention_heads": sizes.num_heads,
        "encoder_layers": sizes.encoder_layers,
        "encoder_feedforward_dim": sizes.encoder_hidden_dim,
        "decoder_layers": 1 + len(segmentor.query_decoder.layers),  # it counts the initial queries' prediction too
        "dim_feedforward": sizes.decoder_hidden_dim,
    }


def _swin_options(backbone: SwinBackbone) -> dict[str, Any]:
    stages = [stage.blocks for stage in backbone.stages]
    return {
        "embed_dim": backbone.channels[0],
        "depths": [len(blocks) for blocks in stages],
        "num_heads": [blocks[0].attn.num_heads for blocks in stages],
        "window_size": max(block.window_size[0] for blocks in stages for block in blocks),
        "drop_path_rate": 0.0,
        "out_features": [f"stage{stage}" for stage in (1, 2, 3, 4)],
    }
