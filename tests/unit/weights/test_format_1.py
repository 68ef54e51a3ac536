"""Checkpoints of 0.1.0, whose configuration named what to call, are translated or refused, and call nothing."""

import copy
import json
from pathlib import Path

import pytest
import torch
from fixtures import format_1
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf
from safetensors.torch import save_file

from mpvss.weights import convert, read_checkpoint

CONF = Path(__file__).parents[3] / "conf"
MARKED = {"_target_": "pathlib.Path.touch", "self": "marker"}
"""Would make a file if it were called."""


def saved(path, config):
    content = format_1.content() | {"config": config}
    if path.suffix == ".safetensors":
        metadata = {"mpvss": json.dumps({key: content[key] for key in ("config", "classes")})}
        save_file(content["state_dict"], path, metadata)
    else:
        torch.save(content, path)
    return path


@pytest.fixture(scope="module")
def config():
    return format_1.content()["config"]


@pytest.mark.parametrize("name", ["old.ckpt", "old.safetensors"])
def test_options_and_values_are_those_that_it_was_trained_with(tmp_path, config, name):
    checkpoint = read_checkpoint(saved(tmp_path / name, config))
    assert checkpoint.run.choices == {
        "backbone": "tiny", "segmentor": "mask2former", "flow_widths": "paper", "flow": "query_flow",
        "propagation": "masks", "data": "synthetic",
    }  # fmt: skip
    values = checkpoint.run.values
    assert values["segmentor.dim"] == 32
    assert values["flow_widths.encoder_channels"] == [4, 4, 8, 8, 8, 8]
    assert (values["data.height"], values["data.width"], values["data.num_classes"]) == (48, 72, 5)
    assert not any(key.startswith("motion") or "_target_" in key or "weights" in key for key in values)
    assert len(checkpoint.classes.names) == 5
    assert checkpoint.architecture.num_heads == 4


def test_a_converted_file_says_the_same_in_todays_words(tmp_path, config):
    convert(saved(tmp_path / "old.ckpt", config), tmp_path / "new.safetensors")
    old, new = (read_checkpoint(tmp_path / name) for name in ("old.ckpt", "new.safetensors"))
    assert new.run == old.run
    assert new.classes == old.classes
    assert "_target_" not in (tmp_path / "new.safetensors").read_bytes().decode("latin1")


PLACES = [
    ("backbone", "_target_"), ("segmentor", "_target_"), ("flow", "extra"), ("flow", "num_stages"), ("motion", "deep"),
    ("propagation", "flow"), ("data", "root"), ("data", "datamodule", "train", "more"), ("data", "transform"),
    ("trainer", "plugins"), ("callbacks", "mine"), ("optim", "optimizer", "params"), ("novelty",), ("criterion", "x"),
]  # fmt: skip


@pytest.mark.parametrize("name", ["old.ckpt", "old.safetensors"])
@pytest.mark.parametrize("place", PLACES)
def test_what_no_option_named_is_refused_with_file_and_key(tmp_path, monkeypatch, config, place, name):
    monkeypatch.chdir(tmp_path)
    config = copy.deepcopy(config)
    node = config
    for key in place[:-1]:
        node = node[key]
    node[place[-1]] = MARKED["_target_"] if place[-1] == "_target_" else MARKED
    path = saved(tmp_path / name, config)
    for attempt in (lambda: read_checkpoint(path), lambda: convert(path, tmp_path / "new.safetensors")):
        with pytest.raises(ValueError, match=rf"{path.name}: its stored configuration is refused: ") as error:
            attempt()
        assert ".".join(place) in str(error.value)
        assert "\n" not in str(error.value)
    assert not (tmp_path / "marker").exists()
    assert not (tmp_path / "new.safetensors").exists()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("data.root", "${oc.env:HOME}"),
        ("data.max_gap", "${oc.env:HOME}"),
        ("data.datamodule.train.seed", "${oc.env:HOME}"),
        ("segmentor.dim", "${backbone.name}"),
        ("data.class_names", {"_target_": "hydra.utils.get_object", "path": "os.system"}),
        ("data.crop", [{"_target_": "pathlib.Path.touch"}]),
        ("flow._args_", ["marker"]),
        ("data.datamodule.chunk", 3),
    ],
)
def test_references_and_lists_that_no_option_had_are_refused(tmp_path, config, key, value):
    config = copy.deepcopy(config)
    *parents, last = key.split(".")
    node = config
    for parent in parents:
        node = node[parent]
    node[last] = value
    with pytest.raises(ValueError, match=rf"old\.ckpt: its stored configuration is refused: {key}"):
        read_checkpoint(saved(tmp_path / "old.ckpt", config))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda config: [], "config must map keys to values"),
        (lambda config: config | {1: 2}, "config must map keys to values"),
        (lambda config: config | {"flow": None}, "does not say which flow"),
        (lambda config: {key: value for key, value in config.items() if key != "backbone"}, "which backbone"),
        (lambda config: config | {"data": config["data"] | {"name": "unheard"}}, "does not say which data"),
        (lambda config: config | {"data": config["data"] | {"height": b"48"}}, "data.height is bytes, no plain value"),
    ],
)
def test_a_damaged_configuration_is_named(tmp_path, config, change, message):
    with pytest.raises(ValueError, match=rf"old\.ckpt: its stored configuration is damaged: .*{message}"):
        read_checkpoint(saved(tmp_path / "old.ckpt", change(copy.deepcopy(config))))


@pytest.mark.parametrize(
    "classes",
    [
        [],
        {"names": "sky"},
        {"names": [1, 2], "colours": [[0, 0, 0], [1, 1, 1]]},
        {"names": ["sky", "road"], "colours": [[0, 0, 0]]},
        {"names": ["sky"], "colours": [[0, 0]]},
        {"names": ["sky"], "colours": [[0, 0, 256]]},
    ],
)
def test_damaged_classes_are_named(tmp_path, config, classes):
    torch.save(format_1.content() | {"classes": classes}, tmp_path / "old.ckpt")
    with pytest.raises(ValueError, match=r"old\.ckpt: its stored classes are damaged: classes\."):
        read_checkpoint(tmp_path / "old.ckpt")


DATA = json.loads((format_1.FOLDER / "data.json").read_text())
"""The group `data` of 0.1.0, by option."""


@pytest.mark.parametrize("option", DATA)
def test_every_data_set_of_then_is_one_of_today(tmp_path, config, option):
    data = copy.deepcopy(DATA[option])
    if "simulated_motion" in data and option == "cityscapes":
        data["simulated_motion"] = True
    missing = [key for key, value in data.items() if value == "???"]
    data |= dict.fromkeys(missing, "somewhere")
    run = read_checkpoint(saved(tmp_path / "old.ckpt", config | {"data": data})).run
    expected = {"camvid": "still", "cityscapes": "still", "vspw": "video", "clips": "video"}
    assert run.choices["data"] == option
    assert run.choices.get("data/pairs") == expected.get(option)
    overrides = [f"{group}={choice}" for group, choice in run.choices.items()]
    with initialize_config_dir(str(CONF), version_base="1.3"):
        cfg = compose("train", overrides)
    for key, value in run.values.items():
        parent, _, last = key.rpartition(".")
        assert last in set(OmegaConf.select(cfg, parent)), key  # also where it must be given
        OmegaConf.update(cfg, key, value)
    assert cfg.data.name == option
