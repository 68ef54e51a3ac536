"""`weights.encoder` and `weights.flow` reach the flow module, and survive beside a trained model."""

from pathlib import Path

import pytest
import torch
from hydra import compose, initialize_config_dir
from hydra.core.hydra_config import HydraConfig

from mpvss.building.composition import hydra_choices
from mpvss.building.model import build_model
from mpvss.building.stored import run_of
from mpvss.building.trained import find_trained
from mpvss.weights import save_weights

CONF = Path(__file__).parents[2] / "conf"
NARROW = [
    "backbone=tiny",
    "data=synthetic",
    "segmentor.num_queries=5",
    "segmentor.dim=32",
    "segmentor.num_heads=2",
    "segmentor.encoder_layers=1",
    "segmentor.decoder_layers=1",
    "segmentor.encoder_hidden_dim=16",
    "segmentor.decoder_hidden_dim=16",
]
NARROW_ENCODER = "flow_widths.encoder_channels=[4,5,6,7,8,9]"
NARROW_QUERIES = ["flow_widths.num_heads=2", "flow_widths.hidden_dim=16", NARROW_ENCODER]
NARROW_STEPS = "flow_widths.flownet_step_channels=[3,4,5,6]"


def composed(*overrides):
    with initialize_config_dir(str(CONF), version_base="1.3"):
        cfg = compose("train", overrides=[*NARROW, *overrides], return_hydra_config=True)
    HydraConfig.instance().set_config(cfg)
    return cfg


@pytest.fixture
def pretrained(tmp_path):
    torch.manual_seed(0)
    flow = build_model(composed("flow=optical_flow", NARROW_ENCODER, NARROW_STEPS), "flow")
    save_weights(flow, tmp_path / "flow.safetensors")
    return flow, tmp_path / "flow.safetensors"


@pytest.mark.parametrize("option", ["query_flow", "query_learned", "query_random", "query_for_pf"])
def test_a_pretrained_encoder_starts_every_query_based_flow(option, pretrained):
    flow, path = pretrained
    cfg = composed(f"flow={option}", *NARROW_QUERIES, f"weights.encoder={path}")
    model = build_model(cfg, "propagation")
    for key, tensor in flow.motion_encoder.state_dict().items():
        assert torch.equal(model.flow.motion_encoder.state_dict()[key], tensor), key
    assert cfg.weights.encoder == str(path)  # the configuration is not changed


def test_a_pretrained_flow_starts_the_optical_flow(pretrained):
    flow, path = pretrained
    cfg = composed("flow=optical_flow", NARROW_ENCODER, NARROW_STEPS, f"weights.flow={path}")
    model = build_model(cfg, "module").propagation
    for key, tensor in flow.state_dict().items():
        assert torch.equal(model.flow.state_dict()[key], tensor), key


def test_flow_weights_leave_the_backbones_own_start_alone(pretrained, monkeypatch):
    _, path = pretrained
    started = []
    monkeypatch.setattr(
        "mpvss.building.model.instantiate", lambda node, **_: started.append(node) or torch.nn.Identity()
    )
    cfg = composed("backbone=r50", "flow=optical_flow", NARROW_ENCODER, NARROW_STEPS, f"weights.flow={path}")
    with pytest.raises(
        ValueError, match=r"weights\.flow=.* is for a part that this model does not have"
    ):  # the stand-in has no flow module to load them into
        build_model(cfg, "propagation")
    assert started[0].segmentor.backbone.pretrained


def test_a_trained_model_is_evaluated_with_another_flow(pretrained, tmp_path):
    flow, path = pretrained
    trained = build_model(composed(*NARROW_QUERIES, NARROW_STEPS), "propagation")
    save_weights(trained, tmp_path / "trained.safetensors")
    overrides = ["flow=optical_flow", NARROW_ENCODER, NARROW_STEPS, f"weights.model={tmp_path / 'trained.safetensors'}"]
    composed(*overrides, f"weights.flow={path}")
    model = find_trained().build()
    for key, tensor in trained.segmentor.state_dict().items():
        assert torch.equal(model.segmentor.state_dict()[key], tensor), key
    for key, tensor in flow.state_dict().items():
        assert torch.equal(model.flow.state_dict()[key], tensor), key


def test_untrained_flow_is_refused_unless_it_has_weights(pretrained, tmp_path):
    _, path = pretrained
    flow = ["flow=optical_flow", NARROW_ENCODER, NARROW_STEPS]
    segmentor = build_model(composed(*flow), "propagation").segmentor
    save_weights(segmentor, tmp_path / "segmentor.safetensors")
    weights = f"weights.segmentor={tmp_path / 'segmentor.safetensors'}"
    composed(*flow, weights)
    with pytest.raises(ValueError, match=r"flow=optical_flow would be untrained\. .*weights\.flow=FILE"):
        find_trained()
    composed(*flow, weights, f"weights.flow={path}")
    assert find_trained().sources["flow"] == str(path)


def test_where_a_trained_models_flow_started_does_not_matter_any_more(tmp_path):
    cfg = composed(*NARROW_QUERIES, NARROW_STEPS)
    model = build_model(cfg, "propagation")
    cfg = composed(*NARROW_QUERIES, NARROW_STEPS, "weights.encoder=gone.pth")
    run = run_of(cfg, hydra_choices()).to_metadata()
    save_weights(model, tmp_path / "trained.safetensors", {"run": run})
    composed(f"weights.model={tmp_path / 'trained.safetensors'}")
    assert find_trained().build().flow.motion_encoder is not None
