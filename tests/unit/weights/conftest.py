"""Small models, and their weights under the names of other projects, renamed the slow way: one word at a time."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from mpvss.backbone import ConvBackbone, SwinBackbone
from mpvss.flow import query_flow
from mpvss.propagation import MaskPropagation
from mpvss.segmentor import mask2former

SWIN = {"embed_dim": 8, "depths": (2, 2, 2, 2), "num_heads": (1, 2, 2, 4)}


@pytest.fixture
def make_model() -> Callable[..., MaskPropagation]:
    """A model of a few thousand weights, all of them random; every call gives other ones."""

    def make(num_classes: int = 5, num_queries: int = 7, window_size: int = 3, backbone: nn.Module | None = None):
        if backbone is None:
            backbone = SwinBackbone("swin_tiny_patch4_window7_224", window_size=window_size, **SWIN)
        segmentor = mask2former(backbone, num_classes, num_queries, 32, 4, 1, 24, 2, 40)
        flow = query_flow(num_queries, 32, 4, 1, 40, (4, 6, 8, 10, 12, 14), (5, 6, 7, 8))
        model = MaskPropagation(segmentor, flow)
        with torch.no_grad():
            for tensor in [*model.parameters(), *model.buffers()]:
                if tensor.is_floating_point():
                    tensor.add_(torch.rand_like(tensor))
        return model

    torch.manual_seed(0)
    return make


@pytest.fixture
def make_resnet() -> Callable[[], ConvBackbone]:
    return lambda: ConvBackbone("resnet18.tv_in1k")


@pytest.fixture
def as_detectron2() -> Callable[[dict[str, Tensor]], dict[str, Tensor]]:
    """From the state dict of our propagator to the names of detectron2's Mask2Former; the flow module is left out."""
    return _as_detectron2


@pytest.fixture
def as_authors() -> Callable[[dict[str, Tensor]], dict[str, Tensor]]:
    """From the state dict of our propagator to the names and layout of the MPVSS authors."""

    def rename(state):
        return _as_detectron2(state) | _flow_as_authors(state)

    return rename


def _as_detectron2(state: dict[str, Tensor]) -> dict[str, Tensor]:
    theirs = {}
    for key, tensor in _join_attention(state).items():
        words = key.split(".")
        if words[0] == "flow" or key.endswith("num_batches_tracked"):
            continue
        part, rest = words[1], words[2:]
        if part == "backbone":
            theirs["backbone." + ".".join(_backbone_words(rest))] = tensor
        elif part == "pixel_decoder":
            theirs["sem_seg_head.pixel_decoder." + ".".join(_pixel_decoder_words(rest))] = tensor
        else:
            theirs["sem_seg_head.predictor." + ".".join(_query_decoder_words(rest))] = tensor
    return theirs


def _backbone_words(words: list[str]) -> list[str]:
    if words[0] == "stages":
        if words[2] == "downsample":
            words[1] = str(int(words[1]) - 1)
        return ["layers", *words[1:]]
    if words[0] == "norms":
        return [f"norm{words[1]}", *words[2:]]
    if words[0] == "network":
        if words[1] == "conv1":
            return ["stem", *words[1:]]
        if words[1] == "bn1":
            return ["stem", "conv1", "norm", *words[2:]]
        stage, block, name, *rest = words[1:]
        stage = f"res{int(stage[-1]) + 1}"
        if name == "downsample":
            return [stage, block, "shortcut", *(["norm"] if rest[0] == "1" else []), *rest[1:]]
        if name.startswith("bn"):
            return [stage, block, f"conv{name[-1]}", "norm", *rest]
        return [stage, block, name, *rest]
    return words


def _pixel_decoder_words(words: list[str]) -> list[str]:
    first = {
        "projections": ["input_proj"],
        "level_embedding": ["transformer", "level_embed"],
        "lateral": ["adapter_1"],
        "smooth": ["layer_1"],
        "mask_embedding": ["mask_features"],
    }
    if words[0] in ("lateral", "smooth"):
        return [*first[words[0]], *(["norm"] if words[1] == "1" else []), words[2]]
    if words[0] in first:
        return [*first[words[0]], *words[1:]]
    layer = {
        "attention.offsets": "self_attn.sampling_offsets",
        "attention.weights": "self_attn.attention_weights",
        "attention.value": "self_attn.value_proj",
        "attention.output": "self_attn.output_proj",
        "norm": "norm1",
        "feed_forward.expand": "linear1",
        "feed_forward.contract": "linear2",
        "feed_forward.norm": "norm2",
    }
    return ["transformer", "encoder", "layers", words[1], layer[".".join(words[2:-1])], words[-1]]


def _query_decoder_words(words: list[str]) -> list[str]:
    first = {
        "query_content": "query_feat",
        "query_position": "query_embed",
        "level_embedding": "level_embed",
        "norm": "decoder_norm",
        "class_head": "class_embed",
    }
    if words[0] in first:
        return [first[words[0]], *words[1:]]
    if words[0] == "mask_head":
        return ["mask_embed", "layers", "2" if words[1] == "output" else words[2], words[-1]]
    layer = {
        "cross_attention": ["transformer_cross_attention_layers", words[1], "multihead_attn"],
        "self_attention": ["transformer_self_attention_layers", words[1], "self_attn"],
        "feed_forward": ["transformer_ffn_layers", words[1]],
    }
    inner = {"output": ["out_proj"], "expand": ["linear1"], "contract": ["linear2"]}
    module = layer[words[2]]
    if words[3] == "norm":
        return [*module[:2], "norm", words[4]]
    return [*module, *inner.get(words[3], [words[3]]), *words[4:]]


def _flow_as_authors(state: dict[str, Tensor]) -> dict[str, Tensor]:
    theirs = {}
    for key, tensor in _join_attention(state).items():
        words = key.split(".")
        if words[0] != "flow":
            continue
        name = words[-1]
        if words[1] == "motion_encoder":
            new = ["encoder", words[2], words[3], "conv", name]
        elif words[1] == "motion_decoder" and words[2] == "blocks":
            index, part, inner = words[3], words[4], words[5]
            if part == "attention" and inner != "norm":
                inner = "out_proj" if inner == "output" else inner
                new = [
                    "transformer_self_attention_layers",
                    index,
                    "self_attn",
                    *([inner] if inner == name else [inner, name]),
                ]
            elif part == "attention":
                new = ["transformer_self_attention_layers", index, "norm", name]
            else:
                inner = {"expand": "linear1", "contract": "linear2", "norm": "norm"}[inner]
                new = ["transformer_ffn_layers", index, inner, name]
        elif words[1] == "motion_decoder":
            first = {"query_embedding": "query_embed", "level_embedding": "level_embed", "projections": "input_proj"}
            new = [first[words[2]], *words[3:]]
        elif words[1] == "pixel_flow":
            level = 6 - int(words[3])
            names = {
                "predict": f"predict_flow{level}" if level > 2 else "predict_flow",
                "deconvolve": f"deconv{level - 1}",
                "upsample_flow": f"upsample_flow{level - 1}",
            }
            new = [names[words[2]], "conv", name]
        else:
            first = {"norm": "decoder_norm", "query_mlp": "output_head", "map_mlp": "scale_layer", "fuse": "fuse_layer"}
            number = {"hidden": words[4:5], "output": ["2"]}.get(words[3], [])
            middle = ["layers", *number] if number else ["conv"] if words[2] == "fuse" else []
            new = [first[words[2]], *middle, name]
            if words[2:4] == ["map_mlp", "output"]:
                x, y = tensor[: len(tensor) // 2], tensor[len(tensor) // 2 :]
                tensor = torch.cat([y, x])
            if words[2:] == ["fuse", "weight"]:
                of_query, of_pixel = tensor[:, :2], tensor[:, 2:]
                tensor = torch.cat([of_pixel, of_query], dim=1)
        theirs[".".join(["motion", *([] if new[0] == "encoder" else ["decoder"]), *new])] = tensor
    return theirs


def _join_attention(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Join our query, key and value projections to nn.MultiheadAttention's in_proj."""
    joined = {}
    for key, tensor in state.items():
        module, _, name = key.rpartition(".")
        if key.startswith("segmentor.pixel_decoder") or not module.endswith((".query", ".key", ".value")):
            joined[key] = tensor
        elif module.endswith(".query"):
            attention = module.removesuffix(".query")
            parts = [state[f"{attention}.{part}.{name}"] for part in ("query", "key", "value")]
            joined[f"{attention}.in_proj_{name}"] = torch.cat(parts)
    return joined
