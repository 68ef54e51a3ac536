"""From a composed configuration to a model: what is loaded, and in which order."""

import pytest
import timm
import torch
from safetensors.torch import save_file
from torch import nn

from mpvss.building.composition import plain
from mpvss.building.model import build_model
from mpvss.building.run import build_datamodule
from mpvss.weights import read_checkpoint

TINY = "test_resnet.r160_in1k"


def held(module):
    """The values that a module's parameters have, if each has one alone."""
    return {value for parameter in module.parameters() for value in parameter.unique().tolist()}


@pytest.mark.parametrize(
    ("named", "backbone", "head", "flow"),
    [
        (["weights.backbone"], {1}, None, None),
        (["weights.segmentor"], {2}, {2}, None),
        (["weights.backbone", "weights.segmentor"], {2}, {2}, None),
        (["weights.model"], {3}, {3}, {3}),
        (["weights.backbone", "weights.segmentor", "weights.model"], {3}, {3}, {3}),
    ],
)
def test_the_larger_part_overrides_the_smaller(files, named, backbone, head, flow, composed, small):
    model = build_model(composed(*small, *(f"{key}={files[key]}" for key in named)), "propagation")
    parts = (model.segmentor.backbone, model.segmentor.query_decoder, model.flow)
    for part, expected in zip(parts, (backbone, head, flow), strict=True):
        if expected is None:
            assert len(held(part)) > 100  # as initialised
        else:
            assert held(part) == expected


def test_a_checkpoint_replaces_all_that_the_configuration_names(files, tmp_path, composed, small):
    checkpoint = read_checkpoint(tmp_path / "checkpoint.safetensors")
    cfg = composed(*small, *(f"{key}={file}" for key, file in files.items()))
    assert held(build_model(cfg, "propagation", {"model": checkpoint})) == {4}


@pytest.mark.parametrize("key", ["weights.backbone", "weights.segmentor", "weights.model"])
def test_where_weights_are_named_none_are_fetched(files, monkeypatch, key, composed, small):
    create, fetched = timm.create_model, []

    def record(name, pretrained=False, **options):
        fetched.append(pretrained)
        return create(name, **options)

    monkeypatch.setattr("mpvss.backbone.pretrained.timm.create_model", record)
    build_model(composed(*small, "backbone.pretrained=true"), "propagation")
    build_model(composed(*small, "backbone.pretrained=true", f"{key}={files[key]}"), "propagation")
    assert fetched == [True, False]


def test_the_configuration_stays_as_it_was(files, composed, small):
    cfg = composed(*small, *(f"{key}={file}" for key, file in files.items()))
    before = plain(cfg, resolve=False)
    build_model(cfg, "module")
    assert plain(cfg, resolve=False) == before


def test_lists_reach_the_parts_as_lists(composed):
    cfg = composed(
        "backbone=swin_t", "backbone.pretrained=false", "+backbone.depths=[1,1,1,1]", "+backbone.embed_dim=12"
    )
    with torch.device("meta"):
        model = build_model(cfg, "propagation")
    assert [len(stage.blocks) for stage in model.segmentor.backbone.stages] == [1, 1, 1, 1]


def test_a_classifiers_weights_in_half_precision_start_a_backbone(tmp_path, composed, small):
    expected = {
        key: v.half() if v.is_floating_point() else v for key, v in timm.create_model(TINY).state_dict().items()
    }
    save_file(expected, tmp_path / "classifier.safetensors")
    model = build_model(composed(*small, f"weights.backbone={tmp_path}/classifier.safetensors"), "propagation")
    for key, tensor in model.segmentor.backbone.network.state_dict().items():
        assert torch.equal(tensor, expected[key].to(tensor.dtype)), key


def test_a_file_of_another_backbone_names_what_differs(tmp_path, composed, small):
    torch.save(timm.create_model(TINY).state_dict(), tmp_path / "classifier.pth")
    cfg = composed(*small, "backbone=mobilenetv2", f"weights.backbone={tmp_path}/classifier.pth")
    with pytest.raises(ValueError, match=r"(?s)classifier\.pth .* does not fit this model.*missing in it.*not used"):
        build_model(cfg, "propagation")


def test_a_missing_file_is_named(tmp_path, composed, small):
    with pytest.raises(FileNotFoundError, match=r"none\.pth: no such file"):
        build_model(composed(*small, f"weights.backbone={tmp_path}/none.pth"), "propagation")


def test_a_class_head_of_another_size_is_left_out_only_when_asked(files, composed, small):
    named = (*small, "data.num_classes=3", f"weights.model={files['weights.model']}")
    with pytest.raises(ValueError, match=r"class head has 8 classes, this model's 3.*weights_class_head=reset"):
        build_model(composed(*named), "propagation")
    model = build_model(composed(*named, "weights_class_head=reset"), "propagation")
    head = model.segmentor.query_decoder.class_head
    assert head.weight.shape == (3 + 1, 32)
    assert held(head).isdisjoint({3})
    assert held(model.segmentor.query_decoder.mask_head) == {3}
    with pytest.raises(ValueError, match="weights_class_head must be load or reset; got maybe"):
        build_model(composed(*small, "weights_class_head=maybe"), "propagation")


def test_data_tell_the_configuration_how_many_classes_they_have(tmp_path, composed):
    clip = tmp_path / "data" / "clip"
    for folder in ("origin", "mask"):
        (clip / folder).mkdir(parents=True)
    (clip / "origin" / "0.png").write_bytes(b"not decoded")
    (clip / "mask" / "0.png").write_bytes(b"not decoded")
    (tmp_path / "val.txt").write_text("clip")
    cfg = composed("data=clips", f"data.root={tmp_path}", "data.class_names=[sky,road,car]")
    datamodule = build_datamodule(cfg)
    assert datamodule.classes.names == ("sky", "road", "car")
    assert cfg.segmentor.num_classes == cfg.data.num_classes == 3
    assert plain(cfg, resolve=False)["data"]["max_gap"] == "${interval}"  # still follows


def test_parts_are_those_that_the_configuration_names(composed, small):
    model = build_model(composed(*small, "recipe=joint"), "module")
    assert isinstance(model, nn.Module)
    assert model.num_classes == 8
    assert model.segmenter.schedule.interval == 5
