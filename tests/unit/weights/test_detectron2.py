import pickle

import numpy as np
import pytest
import torch
from torch import nn

from mpvss.layers import Attention
from mpvss.weights import load_weights, read_checkpoint
from mpvss.weights.detectron2 import attention
from mpvss.weights.rules import translate


def _assert_equal(module, other):
    for (key, tensor), reference in zip(module.state_dict().items(), other.state_dict().values(), strict=True):
        assert torch.equal(tensor, reference), key


def _save_zoo(state, path):
    content = {"model": {key: tensor.numpy() for key, tensor in state.items()}, "__author__": "third party"}
    path.write_bytes(pickle.dumps(content))


def test_a_swin_mask2former_of_the_zoo_loads_completely(make_model, as_detectron2, tmp_path):
    original, model = make_model(), make_model()
    state = as_detectron2(original.state_dict())
    state["backbone.layers.0.blocks.0.attn.relative_position_index"] = torch.zeros(9, 9, dtype=torch.int64)
    state["criterion.empty_weight"] = torch.ones(6)
    _save_zoo(state, tmp_path / "model_final.pkl")
    report = load_weights(model.segmentor, tmp_path / "model_final.pkl")
    _assert_equal(model.segmentor, original.segmentor)
    assert report.checkpoint.format == "detectron2's Mask2Former"
    assert len(report.checkpoint.dropped) == 2
    assert report.kept == ()


def test_a_resnet_mask2former_pth_loads_completely(make_model, make_resnet, as_detectron2, tmp_path):
    original, model = make_model(backbone=make_resnet()), make_model(backbone=make_resnet())
    torch.save({"model": as_detectron2(original.state_dict()), "iteration": 9}, tmp_path / "model.pth")
    report = load_weights(model.segmentor, tmp_path / "model.pth")
    _assert_equal(model.segmentor, original.segmentor)
    assert report.kept
    assert all(key.endswith("num_batches_tracked") for key in report.kept)


def test_keys_of_version_1_of_the_zoo_are_known(make_model, as_detectron2, tmp_path):
    original, model = make_model(), make_model()
    state = {
        key.replace("query_feat", "static_query").replace("pixel_decoder.", ""): tensor
        for key, tensor in as_detectron2(original.state_dict()).items()
    }
    _save_zoo(state, tmp_path / "model_final.pkl")
    load_weights(model.segmentor, tmp_path / "model_final.pkl")
    _assert_equal(model.segmentor, original.segmentor)


def test_an_imagenet_resnet_loads_into_a_backbone(make_model, make_resnet, as_detectron2, tmp_path):
    original, backbone = make_model(backbone=make_resnet()), make_resnet()
    state = as_detectron2(original.state_dict())
    state = {key.removeprefix("backbone."): v for key, v in state.items() if key.startswith("backbone.")}
    _save_zoo(state | {"stem.fc.weight": torch.zeros(10, 4)}, tmp_path / "R-18.pkl")
    report = load_weights(backbone, tmp_path / "R-18.pkl")
    _assert_equal(backbone, original.segmentor.backbone)
    assert report.checkpoint.dropped == ("stem.fc.weight",)


def test_an_imagenet_swin_of_its_authors_keeps_the_stage_norms(make_model, as_detectron2, tmp_path):
    original, model = make_model(), make_model()
    before = {key: tensor.clone() for key, tensor in model.segmentor.backbone.norms.state_dict().items()}
    state = {
        key.removeprefix("backbone."): tensor
        for key, tensor in as_detectron2(original.state_dict()).items()
        if key.startswith("backbone.") and not key.startswith("backbone.norm")
    }
    state |= {"norm.weight": torch.ones(64), "head.bias": torch.ones(1000)}
    torch.save({"model": state}, tmp_path / "swin.pth")
    report = load_weights(model.segmentor.backbone, tmp_path / "swin.pth")
    _assert_equal(model.segmentor.backbone.stages, original.segmentor.backbone.stages)
    assert {key.split("norms.")[1] for key in report.kept} == set(before)
    assert all(torch.equal(before[key], v) for key, v in model.segmentor.backbone.norms.state_dict().items())


def test_unknown_tensors_are_named(make_model, as_detectron2, tmp_path):
    state = as_detectron2(make_model().state_dict()) | {"sem_seg_head.tracker.weight": torch.zeros(1)}
    torch.save({"model": state}, tmp_path / "variant.pth")
    with pytest.raises(ValueError, match=r"looks like detectron2's Mask2Former, but 1 of its .*tracker\.weight"):
        read_checkpoint(tmp_path / "variant.pth")


def test_attention_computes_what_multihead_attention_does():
    torch.manual_seed(0)
    theirs, ours = nn.MultiheadAttention(12, 3, batch_first=True), Attention(12, 3)
    nn.init.normal_(theirs.in_proj_bias)
    state = {f"layers.0.self_attn.{key}": tensor for key, tensor in theirs.state_dict().items()}
    state |= {f"layers.0.norm.{key}": tensor for key, tensor in ours.norm.state_dict().items()}
    translated = translate(state, attention("layers", "self_attn", r"layer\1")).state
    ours.load_state_dict({key.removeprefix("layer0."): tensor for key, tensor in translated.items()})
    x, query, key, value = torch.randn(2, 5, 12), torch.randn(2, 5, 12), torch.randn(2, 7, 12), torch.randn(2, 7, 12)
    expected = ours.norm(x + theirs(query, key, value)[0])
    torch.testing.assert_close(ours(x, query, key, value), expected)


def test_numpy_half_precision_is_read(make_model, as_detectron2, tmp_path):
    original, model = make_model(), make_model()
    state = {key: tensor.half() for key, tensor in as_detectron2(original.state_dict()).items()}
    assert state["sem_seg_head.predictor.class_embed.bias"].numpy().dtype == np.float16
    _save_zoo(state, tmp_path / "half.pkl")
    load_weights(model.segmentor, tmp_path / "half.pkl")
    _assert_equal(model.segmentor, original.segmentor.half().float())
