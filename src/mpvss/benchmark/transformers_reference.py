"""A key frame, ours against that of Hugging Face's transformers with the same sizes and weights, timed in turns."""

import tempfile
from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from mpvss.backbone import SwinBackbone
from mpvss.benchmark.timing import Timing, time_alternately, time_parts
from mpvss.layers import normalize_frames, pad_to_multiple
from mpvss.propagation import semantic_map
from mpvss.segmentor import Mask2Former
from mpvss.segmentor.mask2former import IMAGENET_MEAN, IMAGENET_STD
from mpvss.types import KeyState, Segmentor, Segments
from mpvss.weights import describe, load_weights

_WHOLE = "key frame"
_LABELS = "mask upsampling, class aggregation"


class ReferenceComparison(NamedTuple):
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
) -> ReferenceComparison:
    """Time a key frame of ours and of transformers' Mask2Former, A B A B, and the parts of each.

    Both read the same uint8 frames, have the same weights and end with our `semantic_map` at full resolution.

    Args:
        segmentor: a Mask2Former with a Swin backbone, in eval mode on the device to time; its weights
            become those of transformers' model, which are random.
        size: (H, W) of the frames, in pixels.
        repeats: timed rounds.
        warmup: rounds before them.

    Raises:
        ValueError: if the segmentor is another one, transformers is not installed, or `repeats` is less than 1.
    """
    if not isinstance(segmentor, Mask2Former):
        raise ValueError(
            f"reference=transformers compares a Mask2Former; got {type(segmentor).__name__}. Set reference=null."
        )
    device = next(segmentor.parameters()).device
    reference = transformers_mask2former(segmentor).to(device)
    frame = torch.randint(256, (1, 3, *size), dtype=torch.uint8, device=device)

    def labels(model: Segmentor) -> Tensor:
        return semantic_map(model(frame).segments, size)

    calls: dict[str, Callable[[], object]] = {"ours": lambda: labels(segmentor), "theirs": lambda: labels(reference)}
    whole = time_alternately(calls, repeats, warmup, device)
    with torch.inference_mode():
        agreement = (labels(segmentor) == labels(reference)).float().mean().item()
        segments = segmentor(frame).segments
    post = time_alternately({_LABELS: lambda: semantic_map(segments, size)}, repeats, 1, device)
    sides = {"ours": parts_of_mask2former(segmentor), "theirs": reference.parts}
    parts = {f"{side} {name}": modules for side, of_side in sides.items() for name, modules in of_side.items()}
    timings = time_parts(lambda: [call() for call in calls.values()], parts, repeats, device)
    ours, theirs = (
        {_WHOLE: whole[side], **{name: timings[f"{side} {name}"] for name in of_side}, **post}
        for side, of_side in sides.items()
    )
    return ReferenceComparison(ours, theirs, agreement)


class TransformersMask2Former(nn.Module):
    """transformers' model behind our interface: the same frames in, the same kind of segments out.

    Args:
        model: a ``Mask2FormerForUniversalSegmentation`` (Any: transformers is a development dependency).
    """

    needs_labels = False
    """It is no oracle."""

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
            "- deformable encoder": list(pixels.decoder.encoder.layers),
            "query decoder": [self.model.model.transformer_module, self.model.class_predictor],
        }


def transformers_mask2former(segmentor: Mask2Former) -> TransformersMask2Former:
    """Build transformers' Mask2Former with random weights, and give `segmentor` the same weights.

    Args:
        segmentor: with a Swin backbone; its weights change.

    Returns:
        transformers' model, in eval mode on the CPU.

    Raises:
        ValueError: if the backbone is not a Swin, the only one that transformers' Mask2Former and ours share, or
            transformers is not installed.
    """
    if not isinstance(segmentor.backbone, SwinBackbone):
        raise ValueError(
            f"reference=transformers needs a Swin backbone; got {type(segmentor.backbone).__name__}. "
            "Set backbone=swin_t."
        )
    try:
        from transformers import Mask2FormerConfig, Mask2FormerForUniversalSegmentation, SwinConfig
        from transformers.utils import logging as transformers_logging
    except ImportError as error:
        raise ValueError(
            "reference=transformers needs the package transformers, which is not installed. "
            "Run pip install -e '.[dev]'."
        ) from error
    backbone = SwinConfig(**_swin_options(segmentor.backbone))
    config = Mask2FormerConfig(backbone_config=backbone, **_head_options(segmentor))
    model = Mask2FormerForUniversalSegmentation(config).eval()
    transformers_logging.disable_progress_bar()  # of writing a file
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        load_weights(segmentor, folder)
    return TransformersMask2Former(model)


def parts_of_mask2former(segmentor: Mask2Former) -> dict[str, list[nn.Module]]:
    """Return the modules of each part of ours that is timed."""
    return {
        "backbone": [segmentor.get_submodule("backbone")],
        "pixel decoder": [segmentor.pixel_decoder],
        "- deformable encoder": list(segmentor.pixel_decoder.layers),
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
