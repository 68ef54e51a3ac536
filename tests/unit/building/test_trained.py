"""The trained model that a command names: what it is, and whose word counts."""

import json

import pytest
import torch
from safetensors.torch import save_file

from mpvss.building.composition import Request, hydra_choices, plain
from mpvss.building.trained import find_oracle, find_resumed, find_trained
from mpvss.weights import save_weights

TINY = "test_resnet.r160_in1k"


@pytest.fixture
def found(composed):
    """A function that finds the model that a command line names."""

    def find(*overrides, config_name="eval"):
        composed(*overrides, config_name=config_name)
        return find_trained()

    return find


def held(module):
    """The values that a module's parameters have, if each has one alone."""
    return {value for parameter in module.parameters() for value in parameter.unique().tolist()}


def test_a_checkpoint_brings_its_model_and_data(tmp_path, save_run, small, found):
    model = save_run(tmp_path / "last.ckpt", *small, "data.height=50", "interval=3", "data.val_videos=4")
    trained = found(f"ckpt_path={tmp_path}/last.ckpt")
    cfg = trained.config
    assert cfg.backbone.name == TINY
    assert (cfg.segmentor.num_queries, cfg.flow.num_stages) == (5, 1)
    assert (cfg.data.height, cfg.data.val_videos) == (50, 4)
    assert (cfg.interval, cfg.data.max_gap) == (5, 5)  # how to evaluate is this run's own
    assert (trained.choices["backbone"], trained.choices["flow_widths"]) == ("tiny", "small")
    assert trained.classes.names[7] == "thing 7"
    assert trained.classes.colours[7] == (7, 7, 7)
    loaded = trained.build()
    for key, tensor in model.state_dict().items():
        assert torch.equal(loaded.state_dict()[key], tensor), key


def test_keys_of_the_command_line_override_the_checkpoints_keys(tmp_path, save_run, small, found):
    save_run(tmp_path / "last.ckpt", *small, "data.height=50", "data.val_videos=4")
    overrides = ("data.val_videos=2", "data.seed=9", "flow_widths.input_scale=1.0")
    cfg = found(*overrides, f"ckpt_path={tmp_path}/last.ckpt").config
    assert (cfg.data.val_videos, cfg.data.seed, cfg.data.height) == (2, 9, 50)
    assert (cfg.flow_widths.input_scale, cfg.flow.num_stages) == (1.0, 1)


def test_options_of_the_command_line_override_the_checkpoints_groups(tmp_path, save_run, small, found):
    save_run(tmp_path / "last.ckpt", *small, "data.height=50")
    overrides = ("data=clips", "data.root=somewhere", "flow=copy", f"ckpt_path={tmp_path}/last.ckpt")
    cfg = found(*overrides).config
    assert (cfg.data.name, cfg.data.root, "height" in cfg.data) == ("clips", "somewhere", False)
    assert plain(cfg.flow, resolve=False) == {"_target_": "mpvss.flow.CopyFlow"}
    assert cfg.segmentor.num_queries == 5


def test_an_option_within_an_option_is_brought_along_unless_that_is_chosen_anew(tmp_path, save_run, small, found):
    nested = "backbone@propagation.update_segmentor.backbone"
    accel = ("flow=optical_flow", "propagation=accel", f"{nested}=tiny")
    save_run(tmp_path / "last.ckpt", *(one for one in small if "num_stages" not in one), *accel)
    trained = found(f"ckpt_path={tmp_path}/last.ckpt")
    assert trained.choices[nested] == "tiny"
    assert trained.config.propagation.update_segmentor.backbone.name == TINY
    assert "update_segmentor" not in found(f"ckpt_path={tmp_path}/last.ckpt", "propagation=masks").config.propagation


def test_what_training_started_from_is_not_asked_for_again(tmp_path, save_run, small, files, found):
    save_run(tmp_path / "last.ckpt", *small, *(f"{key}={file}" for key, file in files.items()))
    for file in files.values():
        file.unlink()
    assert held(found(f"ckpt_path={tmp_path}/last.ckpt").build()) == {3}


def test_a_model_trained_to_copy_is_used_so_unasked(tmp_path, save_run, small, found):
    narrow = (override for override in small if not override.startswith(("flow", "experiment")))
    model = save_run(tmp_path / "last.ckpt", "backbone=tiny", "segmentor.num_heads=4", "flow=copy", *narrow)
    loaded = found(f"ckpt_path={tmp_path}/last.ckpt", "interval=5").build()
    assert type(loaded.flow).__name__ == "CopyFlow"
    head = loaded.segmentor.query_decoder.class_head.weight
    assert torch.equal(head, model.segmentor.query_decoder.class_head.weight)


def test_a_segmentor_is_a_whole_model_where_no_flow_is_needed(files, small, found):
    named = (*small, f"weights.model={files['weights.segmentor']}")
    trained = found(*named, "interval=1")
    assert trained.choices["propagation"] == "per_frame"
    assert held(trained.build()) == {2}
    with pytest.raises(ValueError, match=r"segmentor\.safetensors has no flow module, so flow=query_flow would be"):
        found(*named, "interval=2")


def test_a_predicting_run_takes_the_number_of_classes_from_the_weights(files, small, found):
    narrow = small[1:]  # predict.py knows no experiments
    overrides = ("backbone=tiny", *narrow, f"weights.model={files['weights.model']}", "video=a.mp4", "output=b.mp4")
    trained = found(*overrides, config_name="predict")
    assert trained.config.data.num_classes == trained.config.segmentor.num_classes == 8
    assert trained.classes is None
    assert trained.known_classes.names == tuple(f"class {index}" for index in range(8))


def test_what_another_projects_weights_are_is_read_off_them(files, found):
    overrides = ("backbone=tiny", "segmentor.num_heads=4", "flow_widths.num_heads=4")  # which no shape tells
    cfg = found(*overrides, f"weights.model={files['weights.model']}").config
    assert (cfg.segmentor.num_queries, cfg.segmentor.dim, cfg.segmentor.encoder_layers) == (5, 32, 1)
    assert (cfg.flow.num_stages, cfg.flow_widths.hidden_dim) == (1, 128)


@pytest.mark.parametrize(
    ("named", "message"),
    [
        (("weights.segmentor",), "ckpt_path names the model, so weights.segmentor would not be used"),
        (("weights.model",), "ckpt_path names the model, so weights.model would not be used"),
        (("weights.backbone",), "ckpt_path names the model, so weights.backbone would not be used"),
        ((), "no model is named"),
    ],
)
def test_weights_that_would_not_be_used_are_refused(tmp_path, save_run, small, found, files, named, message):
    save_run(tmp_path / "last.ckpt", *small)
    model = [f"ckpt_path={tmp_path}/last.ckpt"] if named else []
    with pytest.raises(ValueError, match=message):
        found(*model, *(f"{key}={files[key]}" for key in named))


def test_a_part_that_would_stay_random_is_refused(tmp_path, save_run, small, found):
    accel = ("flow=optical_flow", "propagation=accel", "backbone@propagation.update_segmentor.backbone=tiny")
    small = tuple(one for one in small if "num_stages" not in one)
    flow = save_run(tmp_path / "accel.ckpt", *small, *accel).flow
    save_weights(flow, tmp_path / "flow.safetensors")  # replaces the flow module of methods that have no more parts
    with pytest.raises(ValueError, match=r"flow\.safetensors has no weights for \d+ tensors of .* update_segmentor"):
        found(f"ckpt_path={tmp_path}/accel.ckpt", f"weights.flow={tmp_path}/flow.safetensors").build()


def test_a_run_that_resumes_nothing_finds_nothing(composed, small):
    assert find_resumed(composed(*small), hydra_choices()) is None


def test_a_run_is_resumed_by_the_same_model_from_wherever_it_started(tmp_path, save_run, small, composed):
    save_run(tmp_path / "last.ckpt", *small)
    resumed = composed(
        *small, f"ckpt_path={tmp_path}/last.ckpt", "backbone.pretrained=true", "interval=2", "data.height=64"
    )
    assert find_resumed(resumed, hydra_choices()).architecture.num_queries == 5


def test_a_run_of_another_model_is_not_resumed(tmp_path, save_run, small, composed):
    save_run(tmp_path / "last.ckpt", *small)
    other = (*small, "segmentor.dim=64", "data.num_classes=9", f"ckpt_path={tmp_path}/last.ckpt")
    with pytest.raises(ValueError) as error:
        find_resumed(composed(*other), hydra_choices())
    lines = str(error.value).splitlines()
    assert lines[1:-1] == ["  data.num_classes: 8 there, 9 here", "  segmentor.dim: 32 there, 64 here"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"choices": {"flow": "os.system"}}, r"last\.ckpt: its stored configuration is refused: flow=os\.system is no"),
        ({"choices": {"backbone": "../../secret"}}, r"backbone=\.\./\.\./secret is no option"),
        ({"choices": {"segmentor@data.source": "mask2former"}}, r"refused: .*segmentor@data\.source"),
        (
            {"values": {"backbone.name": "hf-hub:somebody/model"}},
            r"backbone\.name='hf-hub:.*is no name of a timm model",
        ),
        ({"values": {"flow._target_": "os.system"}}, r"flow\._target_ may not be set by a file"),
        ({"values": {"data.anything": "a text"}}, r"data\.anything is not a key of the options that it chooses"),
        ({"values": {"data.root": "${oc.env:HOME}"}}, r"data\.root must be a plain value; got '\$\{oc\.env:HOME\}'"),
        ({"values": {"segmentor.dim": {"_target_": "os.system"}}}, r"segmentor\.dim must be a plain value"),
        ({"values": {"data.height": "tall"}}, r"data\.height must be like 96; got 'tall'"),
        ({"values": {"segmentor.dim": 64}}, r"segmentor\.dim is 64, but its weights are of 32"),
        ({"format": 3}, r"format 3; this version of mpvss reads format 2 there"),
    ],
)
def test_a_stored_run_that_says_more_than_our_options_is_refused(tmp_path, save_run, small, found, change, message):
    save_run(tmp_path / "last.ckpt", *small)
    content = torch.load(tmp_path / "last.ckpt", weights_only=True)
    for key, value in change.items():
        content["run"][key] = content["run"][key] | value if isinstance(value, dict) else value
    torch.save(content, tmp_path / "last.ckpt")
    with pytest.raises(ValueError, match=message) as error:
        found("data.root=" if "data.root" in message else "interval=5", f"ckpt_path={tmp_path}/last.ckpt")
    assert "\n" not in str(error.value)
    if "data." in str(change):  # which a model alone does not look at
        return
    tensors = {key: tensor.clone() for key, tensor in content["state_dict"].items()}
    header = {"mpvss": json.dumps({"run": content["run"], "classes": content["classes"]})}
    save_file(tensors, tmp_path / "last.safetensors", header)
    with pytest.raises(ValueError, match=message.replace("ckpt", "safetensors")):
        find_trained(Request("model").setting("ckpt_path", str(tmp_path / "last.safetensors")))


def test_an_oracle_takes_no_model_and_no_flow_that_reads_queries(composed):
    assert find_oracle(composed(config_name="eval")) is None
    oracle = ("segmentor=ground_truth", "backbone.pretrained=false")
    assert find_oracle(composed(*oracle, "flow=copy", config_name="eval")) is not None
    with pytest.raises(ValueError, match=r"cannot be combined with flow=query_flow propagation=masks"):
        find_oracle(composed(*oracle, config_name="eval"))
    with pytest.raises(ValueError, match=r"flow=raft would be untrained"):
        find_oracle(composed(*oracle, "flow=raft", config_name="eval"))
    with pytest.raises(ValueError, match=r"segmentor=ground_truth is no model; got weights for one"):
        find_oracle(composed(*oracle, "flow=copy", "weights.model=FILE", config_name="eval"))
