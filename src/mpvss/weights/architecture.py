"""What a model is, read off the shapes of its weights: backbone, queries, classes, widths."""

import re
from collections.abc import Mapping
from math import isqrt
from typing import Any, NamedTuple

from torch import Tensor, nn

from mpvss.weights.parts import BACKBONE, FLOW, SEGMENTOR, own_state

_RESNETS: dict[tuple[int, ...], str] = {(3, 4, 6, 3): "r50", (3, 4, 23, 3): "r101"}
_SWINS: dict[tuple[int, tuple[int, ...]], str] = {
    (96, (2, 2, 6, 2)): "swin_t",
    (96, (2, 2, 18, 2)): "swin_s",
    (128, (2, 2, 18, 2)): "swin_b",
    (192, (2, 2, 18, 2)): "swin_l",
}
_FLOWS = {  # what is known of published and older weights; of any other flow nothing is read, and nothing suggested
    frozenset({"motion_encoder", "motion_decoder", "pixel_flow", "flow_head"}): "query_flow",
    frozenset({"motion_encoder", "motion_decoder", "flow_head"}): "query_learned",
    frozenset({"motion_encoder", "motion_decoder", "pixel_flow"}): "query_for_pf",
    frozenset({"motion_encoder", "pixel_flow"}): "optical_flow",
    frozenset({"raft"}): "raft",
}
_MOBILENETV2 = (1, 2, 3, 4, 3, 3, 1)


class Architecture(NamedTuple):
    """The sizes of a model; None where the weights do not hold that part, or do not tell.

    Attributes:
        backbone: option of the group `backbone`.
        window_size: side of a Swin's windows.
        num_classes: K, without "no object".
        num_queries: N.
        dim: channels C.
        num_heads: attention heads of the segmentor; no shape tells them, so they come from metadata.
        encoder_layers: of the pixel decoder.
        encoder_hidden_dim: of its feed-forward networks.
        decoder_layers: of the query decoder.
        decoder_hidden_dim: of its feed-forward networks.
        flow: option of the group `flow`; `query_random` counts as `query_learned`, whose weights it has. None for a
            module that is not known here, of which the other fields are None, too.
        flow_size: of RAFT.
        flow_levels: L, the maps that the motion decoder visits.
        flow_stages: S of the motion decoder.
        flow_hidden_dim: of its feed-forward networks.
        flow_encoder_channels: conv1 to conv6 of the motion encoder.
        flow_step_channels: of the pixel-wise flow's deconvolutions, in query-based flow.
        flownet_step_channels: the same in optical flow.
    """

    backbone: str | None = None
    window_size: int | None = None
    num_classes: int | None = None
    num_queries: int | None = None
    dim: int | None = None
    num_heads: int | None = None
    encoder_layers: int | None = None
    encoder_hidden_dim: int | None = None
    decoder_layers: int | None = None
    decoder_hidden_dim: int | None = None
    flow: str | None = None
    flow_size: str | None = None
    flow_levels: int | None = None
    flow_stages: int | None = None
    flow_hidden_dim: int | None = None
    flow_encoder_channels: tuple[int, ...] | None = None
    flow_step_channels: tuple[int, ...] | None = None
    flownet_step_channels: tuple[int, ...] | None = None

    def options(self) -> tuple[dict[str, str], dict[str, Any]]:
        """Return the options, by group, and the values, by key, that make such a model, as far as they are known."""
        known = {key: getattr(self, field) for field, key in _OVERRIDES.items() if getattr(self, field) is not None}
        choices = {key: value for key, value in known.items() if "." not in key}
        values = {key: list(value) if isinstance(value, tuple) else value for key, value in known.items() if "." in key}
        return choices, values | ({} if self.num_classes is None else {"data.num_classes": self.num_classes})


_OVERRIDES = {  # not num_classes, which is the data's, nor window_size, to which tables are fitted
    "backbone": "backbone",
    "num_queries": "segmentor.num_queries",
    "dim": "segmentor.dim",
    "num_heads": "segmentor.num_heads",
    "encoder_layers": "segmentor.encoder_layers",
    "encoder_hidden_dim": "segmentor.encoder_hidden_dim",
    "decoder_layers": "segmentor.decoder_layers",
    "decoder_hidden_dim": "segmentor.decoder_hidden_dim",
    "flow": "flow",
    "flow_size": "flow.size",
    "flow_levels": "flow.num_levels",
    "flow_stages": "flow.num_stages",
    "flow_hidden_dim": "flow_widths.hidden_dim",
    "flow_encoder_channels": "flow_widths.encoder_channels",
    "flow_step_channels": "flow_widths.step_channels",
    "flownet_step_channels": "flow_widths.flownet_step_channels",
}


def read_architecture(state: Mapping[str, Tensor], num_heads: int | None = None) -> Architecture:
    """Read the architecture off a state dict.

    Args:
        state: with the keys of :mod:`mpvss.weights.parts`.
        num_heads: of the segmentor, if known.
    """
    shapes = {key: tuple(tensor.shape) for key, tensor in state.items()}
    return Architecture(num_heads=num_heads, **_backbone(shapes), **_segmentor(shapes), **_flow(shapes))


def describe(module: nn.Module) -> Architecture:
    """Return the architecture of a propagator, a segmentor or a backbone."""
    heads = [part.num_heads for name, part in module.named_modules() if name.endswith("cross_attention")]
    return read_architecture(own_state(module), int(heads[0]) if heads else None)


def differences(architecture: Architecture, module: nn.Module) -> list[str]:
    """List the Hydra overrides that would make `module` what `architecture` says.

    Classes and windows are left out: see the class head and the position tables in
    :func:`mpvss.weights.load_weights`.

    Args:
        architecture: of a checkpoint.
        module: a propagator, a segmentor or a backbone.

    Returns:
        Overrides such as ``backbone=swin_t`` or ``segmentor.num_queries=200``.
    """
    ours = describe(module)
    overrides = []
    for field, key in _OVERRIDES.items():
        wanted, present = getattr(architecture, field), getattr(ours, field)
        # A backbone without a name differs from one with a name; elsewhere None is a part that is not there.
        if wanted is not None and wanted != present and (present is not None or field == "backbone"):
            overrides.append(
                f"{key}={list(wanted)}".replace(" ", "") if isinstance(wanted, tuple) else f"{key}={wanted}"
            )
    return overrides


_Shapes = Mapping[str, tuple[int, ...]]


def _backbone(shapes: _Shapes) -> dict[str, Any]:  # fields of Architecture
    if f"{BACKBONE}patch_embed.proj.weight" in shapes:
        depths = tuple(_count(shapes, rf"{BACKBONE}stages\.{stage}\.blocks\.(\d+)\..+") for stage in range(4))
        rows = _width(shapes, f"{BACKBONE}stages.0.blocks.0.attn.relative_position_bias_table")
        name = _SWINS.get((shapes[f"{BACKBONE}patch_embed.proj.weight"][0], depths))
        return {"backbone": name, "window_size": (isqrt(rows) + 1) // 2 if rows else None}
    network = f"{BACKBONE}network."
    if f"{network}layer4.0.conv3.weight" in shapes:
        depths = tuple(_count(shapes, rf"{network}layer{stage}\.(\d+)\..+") for stage in (1, 2, 3, 4))
        return {"backbone": _RESNETS.get(depths)}
    depths = tuple(_count(shapes, rf"{network}blocks\.{stage}\.(\d+)\..+") for stage in range(7))
    return {"backbone": "mobilenetv2" if depths == _MOBILENETV2 else None}


def _segmentor(shapes: _Shapes) -> dict[str, Any]:  # fields of Architecture
    decoder, encoder = f"{SEGMENTOR}query_decoder.", f"{SEGMENTOR}pixel_decoder."
    if f"{decoder}query_content.weight" not in shapes:
        return {}
    num_queries, dim = shapes[f"{decoder}query_content.weight"]
    num_logits = _width(shapes, f"{decoder}class_head.weight")
    return {
        "num_classes": None if num_logits is None else num_logits - 1,
        "num_queries": num_queries,
        "dim": dim,
        "encoder_layers": _count(shapes, rf"{encoder}layers\.(\d+)\..+"),
        "encoder_hidden_dim": _width(shapes, f"{encoder}layers.0.feed_forward.expand.weight"),
        "decoder_layers": _count(shapes, rf"{decoder}layers\.(\d+)\..+"),
        "decoder_hidden_dim": _width(shapes, f"{decoder}layers.0.feed_forward.expand.weight"),
    }


def _flow(shapes: _Shapes) -> dict[str, Any]:  # fields of Architecture
    encoder, decoder = f"{FLOW}motion_encoder.", f"{FLOW}motion_decoder."
    name = _FLOWS.get(frozenset(key.split(".")[1] for key in shapes if key.startswith(FLOW)))
    if name is None:
        return {}
    upsamples = f"{FLOW}raft.mask_predictor.conv.weight" in shapes  # the small one has no learned upsampling
    levels = _count(shapes, rf"{decoder}projections\.(\d+)\..+")
    convs = ("conv1.0", "conv2.0", *(f"conv{index}.0.0" for index in (3, 4, 5, 6)))
    steps = range(_count(shapes, rf"{FLOW}pixel_flow\.deconvolve\.(\d+)\..+"))
    return {
        "flow": name,
        "flow_size": None if name != "raft" else "large" if upsamples else "small",
        "flow_levels": levels or None,
        "flow_stages": _count(shapes, rf"{decoder}blocks\.(\d+)\..+") // levels if levels else None,
        "flow_hidden_dim": _width(shapes, f"{decoder}blocks.0.feed_forward.expand.weight"),
        "flow_encoder_channels": _widths(shapes, [f"{encoder}{conv}.weight" for conv in convs]),
        "flownet_step_channels" if name == "optical_flow" else "flow_step_channels": _widths(
            shapes, [f"{FLOW}pixel_flow.deconvolve.{step}.weight" for step in steps], axis=1
        ),
    }


def _count(shapes: _Shapes, pattern: str) -> int:
    """Return how many different numbers stand where the pattern's group is."""
    return len({match[1] for key in shapes if (match := re.fullmatch(pattern, key))})


def _width(shapes: _Shapes, key: str, axis: int = 0) -> int | None:
    return shapes[key][axis] if key in shapes else None


def _widths(shapes: _Shapes, keys: list[str], axis: int = 0) -> tuple[int, ...] | None:
    return tuple(shapes[key][axis] for key in keys) if keys and all(key in shapes for key in keys) else None
