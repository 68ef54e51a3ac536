"""From a composed configuration to the parts of a run: what is loaded, in which order, and whose word counts."""

from pathlib import Path

import pytest
import timm
import torch
from hydra import compose, initialize_config_dir
from hydra.core.hydra_config import HydraConfig
from omegaconf import OmegaConf
from safetensors.torch import save_file
from torch import nn

from mpvss.building.parts import build_datamodule, build_model, find_resumed, find_trained, plain
from mpvss.weights import read_checkpoint, save_weights

CONF = Path(__file__).parents[3] / "conf"
TINY = "test_resnet.r160_in1k"
SMALL = (
    "experiment=demo", "segmentor.num_queries=5", "segmentor.dim=32", "segmentor.encoder_layers=1",
    "segmentor.decoder_layers=1", "flow.num_stages=1", "flow_widths.encoder_channels=[4,4,4,4,4,4]",
    "flow_widths.step_channels=[4,4,4,4]",
)  # fmt: skip


def composed(*overrides, config_name="train"):
    with initialize_config_dir(str(CONF), version_base="1.3"):
        cfg = compose(config_name, overrides=list(overrides), return_hydra_config=True)
    cfg.hydra.runtime.output_dir = "unused"
    HydraConfig.instance().set_config(cfg)
    OmegaConf.set_struct(cfg, False)
    del cfg["hydra"]
    OmegaConf.set_struct(cfg, True)  # as @hydra.main hands it over
    return cfg


def filled(module, value):
    with torch.no_grad():
        for tensor in [*module.parameters(), *module.buffers()]:
            tensor.fill_(value)
    return module


def held(module):
    """The values that a module's parameters have, if each has one alone."""
    return {value for parameter in module.parameters() for value in parameter.unique().tolist()}


def save_run(path, *overrides, classes=None):
    """Save what train.py would, of an untrained model; return it."""
    cfg = composed(*overrides)
    model = build_model(cfg, "propagation")
    content = {
        "state_dict": {f"propagation.{key}": tensor for key, tensor in model.state_dict().items()},
        "config": plain(cfg, resolve=False),
        "classes": classes or {"names": [f"thing {i}" for i in range(8)], "colours": [[i, i, i] for i in range(8)]},
    }
    torch.save(content, path)
    return model


@pytest.fixture
def files(tmp_path):
    """A backbone full of ones, a segmentor full of twos, a whole model full of threes, another full of fours."""
    model = build_model(composed(*SMALL), "propagation")
    save_weights(filled(model, 1).segmentor.backbone, tmp_path / "backbone.safetensors")
    save_weights(filled(model, 2).segmentor, tmp_path / "segmentor.safetensors")
    save_weights(filled(model, 3), tmp_path / "whole.safetensors")
    save_weights(filled(model, 4), tmp_path / "checkpoint.safetensors")
    return {
        "backbone.weights": tmp_path / "backbone.safetensors",
        "segmentor.weights": tmp_path / "segmentor.safetensors",
        "weights": tmp_path / "whole.safetensors",
    }


@pytest.mark.parametrize(
    ("named", "backbone", "head", "flow"),
    [
        (["backbone.weights"], {1}, None, None),
        (["segmentor.weights"], {2}, {2}, None),
        (["backbone.weights", "segmentor.weights"], {2}, {2}, None),
        (["weights"], {3}, {3}, {3}),
        (["backbone.weights", "segmentor.weights", "weights"], {3}, {3}, {3}),
    ],
)
def test_the_larger_part_overrides_the_smaller(files, named, backbone, head, flow):
    model = build_model(composed(*SMALL, *(f"{key}={files[key]}" for key in named)), "propagation")
    parts = (model.segmentor.backbone, model.segmentor.query_decoder, model.flow)
    for part, expected in zip(parts, (backbone, head, flow), strict=True):
        if expected is None:
            assert len(held(part)) > 100  # as initialised
        else:
            assert held(part) == expected


def test_a_checkpoint_replaces_all_that_the_configuration_names(files, tmp_path):
    checkpoint = read_checkpoint(tmp_path / "checkpoint.safetensors")
    cfg = composed(*SMALL, *(f"{key}={file}" for key, file in files.items()))
    assert held(build_model(cfg, "propagation", checkpoint)) == {4}


@pytest.mark.parametrize("key", ["backbone.weights", "segmentor.weights", "weights"])
def test_where_weights_are_named_none_are_fetched(files, monkeypatch, key):
    create, fetched = timm.create_model, []

    def record(name, pretrained=False, **options):
        fetched.append(pretrained)
        return create(name, **options)

    monkeypatch.setattr("mpvss.backbone.pretrained.timm.create_model", record)
    build_model(composed(*SMALL, "backbone.pretrained=true"), "propagation")
    build_model(composed(*SMALL, "backbone.pretrained=true", f"{key}={files[key]}"), "propagation")
    assert fetched == [True, False]


def test_the_configuration_stays_as_it_was(files):
    cfg = composed(*SMALL, *(f"{key}={file}" for key, file in files.items()))
    before = plain(cfg, resolve=False)
    build_model(cfg, "module")
    assert plain(cfg, resolve=False) == before


def test_lists_reach_the_parts_as_lists():
    cfg = composed(
        "backbone=swin_t", "backbone.pretrained=false", "+backbone.depths=[1,1,1,1]", "+backbone.embed_dim=12"
    )
    with torch.device("meta"):
        model = build_model(cfg, "propagation")
    assert [len(stage.blocks) for stage in model.segmentor.backbone.stages] == [1, 1, 1, 1]


def test_a_classifiers_weights_in_half_precision_start_a_backbone(tmp_path):
    expected = {
        key: v.half() if v.is_floating_point() else v for key, v in timm.create_model(TINY).state_dict().items()
    }
    save_file(expected, tmp_path / "classifier.safetensors")
    model = build_model(composed(*SMALL, f"backbone.weights={tmp_path}/classifier.safetensors"), "propagation")
    for key, tensor in model.segmentor.backbone.network.state_dict().items():
        assert torch.equal(tensor, expected[key].to(tensor.dtype)), key


def test_a_file_of_another_backbone_names_what_differs(tmp_path):
    torch.save(timm.create_model(TINY).state_dict(), tmp_path / "classifier.pth")
    cfg = composed(*SMALL, "backbone=mobilenetv2", f"backbone.weights={tmp_path}/classifier.pth")
    with pytest.raises(ValueError, match=r"(?s)classifier\.pth .* does not fit this model.*missing in it.*not used"):
        build_model(cfg, "propagation")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"none\.pth: no such file"):
        build_model(composed(*SMALL, f"backbone.weights={tmp_path}/none.pth"), "propagation")


def test_a_class_head_of_another_size_is_left_out_only_when_asked(files):
    named = (*SMALL, "data.num_classes=3", f"weights={files['weights']}")
    with pytest.raises(ValueError, match=r"class head has 8 classes, this model's 3.*weights_class_head=reset"):
        build_model(composed(*named), "propagation")
    model = build_model(composed(*named, "weights_class_head=reset"), "propagation")
    head = model.segmentor.query_decoder.class_head
    assert head.weight.shape == (3 + 1, 32)
    assert held(head).isdisjoint({3})
    assert held(model.segmentor.query_decoder.mask_head) == {3}
    with pytest.raises(ValueError, match="weights_class_head must be load or reset; got maybe"):
        build_model(composed(*SMALL, "weights_class_head=maybe"), "propagation")


def test_data_tell_the_configuration_how_many_classes_they_have(tmp_path):
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


def test_a_checkpoint_brings_its_model_and_data(tmp_path):
    model = save_run(tmp_path / "last.ckpt", *SMALL, "data.height=50", "interval=3", "data.val_videos=4")
    cfg, checkpoint, classes = find_trained(composed(f"ckpt_path={tmp_path}/last.ckpt", config_name="eval"))
    assert cfg.backbone.name == TINY
    assert (cfg.segmentor.num_queries, cfg.flow.num_stages) == (5, 1)
    assert (cfg.data.height, cfg.data.val_videos) == (50, 4)
    assert (cfg.interval, cfg.data.max_gap) == (5, 5)  # how to evaluate is this run's own
    assert classes.names[7] == "thing 7"
    assert classes.colours[7] == (7, 7, 7)
    loaded = build_model(cfg, "propagation", checkpoint)
    for key, tensor in model.state_dict().items():
        assert torch.equal(loaded.state_dict()[key], tensor), key


def test_keys_of_the_command_line_override_the_checkpoints_keys(tmp_path):
    save_run(tmp_path / "last.ckpt", *SMALL, "data.height=50", "data.val_videos=4")
    overrides = ("data.val_videos=2", "data.seed=9", "flow_widths.input_scale=1.0", f"ckpt_path={tmp_path}/last.ckpt")
    cfg = find_trained(composed(*overrides, config_name="eval")).config
    assert (cfg.data.val_videos, cfg.data.seed, cfg.data.height) == (2, 9, 50)
    assert (cfg.flow.widths.input_scale, cfg.flow.num_stages) == (1.0, 1)


def test_options_of_the_command_line_override_the_checkpoints_groups(tmp_path):
    save_run(tmp_path / "last.ckpt", *SMALL, "data.height=50")
    overrides = ("data=clips", "data.root=somewhere", "flow=copy", f"ckpt_path={tmp_path}/last.ckpt")
    cfg = find_trained(composed(*overrides, config_name="eval")).config
    assert (cfg.data.name, cfg.data.root, "height" in cfg.data) == ("clips", "somewhere", False)
    assert plain(cfg.flow, resolve=False) == {"_target_": "mpvss.flow.CopyFlow"}
    assert cfg.segmentor.num_queries == 5


def test_what_training_started_from_is_not_asked_for_again(tmp_path, files):
    save_run(tmp_path / "last.ckpt", *SMALL, *(f"{key}={file}" for key, file in files.items()))
    for file in files.values():
        file.unlink()
    cfg, checkpoint, _ = find_trained(composed(f"ckpt_path={tmp_path}/last.ckpt", config_name="eval"))
    assert held(build_model(cfg, "propagation", checkpoint)) == {3}


def test_a_model_trained_to_copy_is_used_so_unasked(tmp_path):
    narrow = (override for override in SMALL if not override.startswith(("flow", "experiment")))
    model = save_run(tmp_path / "last.ckpt", "backbone=tiny", "segmentor.num_heads=4", "flow=copy", *narrow)
    cfg, _, _ = find_trained(composed(f"ckpt_path={tmp_path}/last.ckpt", "interval=5", config_name="eval"))
    loaded = build_model(cfg, "propagation")
    assert type(loaded.flow).__name__ == "CopyFlow"
    head = loaded.segmentor.query_decoder.class_head.weight
    assert torch.equal(head, model.segmentor.query_decoder.class_head.weight)


def test_a_segmentor_is_a_whole_model_where_no_flow_is_needed(files):
    named = (*SMALL, f"weights={files['segmentor.weights']}")
    cfg = find_trained(composed(*named, "interval=1")).config
    assert (cfg.segmentor.weights, cfg.weights) == (str(files["segmentor.weights"]), None)
    with pytest.raises(ValueError, match=r"segmentor\.safetensors has no flow module, so flow=query_flow would be"):
        find_trained(composed(*named, "interval=2"))


def test_a_predicting_run_takes_the_number_of_classes_from_the_weights(files):
    narrow = SMALL[1:]  # predict.py knows no experiments
    overrides = ("backbone=tiny", *narrow, f"weights={files['weights']}", "video=a.mp4", "output=b.mp4")
    cfg, _, classes = find_trained(composed(*overrides, config_name="predict"))
    assert cfg.data.num_classes == cfg.segmentor.num_classes == 8
    assert classes is None


def test_a_run_that_resumes_nothing_finds_nothing():
    assert find_resumed(composed(*SMALL)) is None


def test_a_run_is_resumed_by_the_same_model_from_wherever_it_started(tmp_path):
    save_run(tmp_path / "last.ckpt", *SMALL)
    resumed = composed(
        *SMALL, f"ckpt_path={tmp_path}/last.ckpt", "backbone.pretrained=true", "interval=2", "data.height=64"
    )
    assert find_resumed(resumed).architecture.num_queries == 5


def test_a_run_of_another_model_is_not_resumed(tmp_path):
    save_run(tmp_path / "last.ckpt", *SMALL)
    other = (*SMALL, "segmentor.dim=64", "data.num_classes=9", f"ckpt_path={tmp_path}/last.ckpt")
    with pytest.raises(ValueError) as error:
        find_resumed(composed(*other))
    lines = str(error.value).splitlines()
    assert lines[1:-1] == [
        "  flow.dim: 32 there, 64 here",
        "  segmentor.dim: 32 there, 64 here",
        "  segmentor.num_classes: 8 there, 9 here",
    ]


def test_parts_are_those_that_the_configuration_names():
    model = build_model(composed(*SMALL, "recipe=joint"), "module")
    assert isinstance(model, nn.Module)
    assert model.num_classes == 8
    assert model.segmenter.schedule.interval == 5
