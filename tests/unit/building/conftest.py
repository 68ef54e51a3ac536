"""Configurations as commands get them, and the files of trained models."""

from pathlib import Path

import pytest
import torch
from hydra import compose, initialize_config_dir
from hydra.core.hydra_config import HydraConfig
from omegaconf import OmegaConf

from mpvss.building.composition import hydra_choices
from mpvss.building.model import build_model
from mpvss.building.stored import run_of
from mpvss.weights import save_weights

CONF = Path(__file__).parents[3] / "conf"
SMALL = (
    "experiment=demo", "segmentor.num_queries=5", "segmentor.dim=32", "segmentor.encoder_layers=1",
    "segmentor.decoder_layers=1", "flow.num_stages=1", "flow_widths.encoder_channels=[4,4,4,4,4,4]",
    "flow_widths.step_channels=[4,4,4,4]",
)  # fmt: skip


@pytest.fixture
def small():
    """Overrides of a small model."""
    return SMALL


@pytest.fixture
def composed():
    """A function that composes a configuration as @hydra.main hands it over."""

    def compose_all(*overrides, config_name="train"):
        with initialize_config_dir(str(CONF), version_base="1.3"):
            cfg = compose(config_name, overrides=list(overrides), return_hydra_config=True)
        cfg.hydra.runtime.output_dir = "unused"
        HydraConfig.instance().set_config(cfg)
        OmegaConf.set_struct(cfg, False)
        del cfg["hydra"]
        OmegaConf.set_struct(cfg, True)
        return cfg

    return compose_all


def _filled(module, value):
    with torch.no_grad():
        for tensor in [*module.parameters(), *module.buffers()]:
            tensor.fill_(value)
    return module


@pytest.fixture
def files(tmp_path, composed):
    """A backbone full of ones, a segmentor full of twos, a whole model full of threes, another full of fours."""
    model = build_model(composed(*SMALL), "propagation")
    save_weights(_filled(model, 1).segmentor.backbone, tmp_path / "backbone.safetensors")
    save_weights(_filled(model, 2).segmentor, tmp_path / "segmentor.safetensors")
    save_weights(_filled(model, 3), tmp_path / "whole.safetensors")
    save_weights(_filled(model, 4), tmp_path / "checkpoint.safetensors")
    return {
        "weights.backbone": tmp_path / "backbone.safetensors",
        "weights.segmentor": tmp_path / "segmentor.safetensors",
        "weights.model": tmp_path / "whole.safetensors",
    }


@pytest.fixture
def save_run(composed):
    """A function that saves what train.py would, of an untrained model, and returns the model."""

    def save(path, *overrides, classes=None):
        cfg = composed(*overrides)
        model = build_model(cfg, "propagation")
        content = {
            "state_dict": {f"propagation.{key}": tensor for key, tensor in model.state_dict().items()},
            "run": run_of(cfg, hydra_choices()).to_metadata(),
            "classes": classes or {"names": [f"thing {i}" for i in range(8)], "colours": [[i, i, i] for i in range(8)]},
        }
        torch.save(content, path)
        return model

    return save
