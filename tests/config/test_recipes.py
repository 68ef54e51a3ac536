"""What each recipe trains and looks at, and what of the options around it reaches the run."""

from pathlib import Path

import pytest
import torch
from hydra import compose, initialize_config_dir
from hydra.core.hydra_config import HydraConfig
from hydra.utils import instantiate
from torch import nn
from torch.optim.swa_utils import AveragedModel

from mpvss.building.model import build_model
from mpvss.building.run import build_datamodule

CONF = Path(__file__).parents[2] / "conf"
HEADS = [f"segmentor.query_decoder.{head}" for head in ("class_head", "mask_head")]


def composed(*overrides):
    with initialize_config_dir(str(CONF), version_base="1.3"):
        cfg = compose("train", overrides=["experiment=demo", *overrides], return_hydra_config=True)
    cfg.hydra.runtime.output_dir = "unused"
    HydraConfig.instance().set_config(cfg)
    return cfg


@pytest.mark.parametrize(
    ("recipe", "trained", "weights"),
    [
        ("joint", ["segmentor", "flow"], (1.0, 1.0, 0.0)),
        ("segmentor", ["segmentor"], (0.5, 0.5, 0.0)),
        ("propagation", ["flow", *HEADS], (0.0, 1.0, 0.0)),
        ("distill", ["flow"], (0.0, 0.0, 1.0)),
    ],
)
def test_each_recipe_trains_what_it_says_with_its_losses(recipe, trained, weights):
    with torch.device("meta"):
        module = build_model(composed(f"recipe={recipe}"), "module")
    learning = {name for name, parameter in module.propagation.named_parameters() if parameter.requires_grad}
    parts = tuple(f"{part}." for part in trained)
    assert learning == {name for name, _ in module.propagation.named_parameters() if name.startswith(parts)}
    assert tuple(module.loss_weights[name] for name in ("key", "propagated", "distilled")) == weights


@pytest.mark.parametrize(
    ("recipe", "flow"),
    [
        ("joint", "query_for_pf"),
        ("segmentor", "query_flow"),
        ("propagation", "query_random"),
        ("distill", "query_flow"),
    ],
)
def test_every_weight_that_is_trained_has_a_gradient_as_ddp_expects(recipe, flow):
    small = ("data.height=32", "data.width=48", "data.num_frames=6", "data.batch_size=1", "data.num_workers=0")
    cfg = composed(f"recipe={recipe}", f"flow={flow}", *small)
    torch.manual_seed(0)
    module = build_model(cfg, "module").train()
    module.log = lambda *arguments, **keywords: None  # there is no trainer
    datamodule = build_datamodule(cfg)
    module.training_step(next(iter(datamodule.train_dataloader())), 0).backward()
    assert [name for name, weight in module.named_parameters() if weight.requires_grad and weight.grad is None] == []


def test_there_is_no_flow_module_in_stage_1():
    with torch.device("meta"):
        module = build_model(composed("recipe=segmentor"), "module")
    assert [name for name, _ in module.propagation.named_children()] == ["segmentor"]


def test_stage_2_has_pairs_up_to_10_frames_apart_whatever_the_interval():
    assert composed("recipe=propagation", "interval=3").data.max_gap == 10
    assert composed("recipe=joint", "interval=3").data.max_gap == 3
    assert composed("recipe=propagation", "data.max_gap=4").data.max_gap == 4


def test_warm_up_and_activations_have_a_switch_each():
    cfg = composed("optim.warmup_steps=7", "module.checkpoint_activations=true")
    assert cfg.optim.scheduler.warmup_steps == 7
    assert build_model(cfg, "module").propagation.segmentor.pixel_decoder._checkpointing


def test_averaging_follows_the_decay_and_moves_no_frozen_weight():
    callback = instantiate(composed("callbacks=ema", "callbacks.ema.multi_avg_fn.decay=0.9").callbacks.ema)
    torch.manual_seed(0)
    model = nn.Linear(50, 50)
    averaged = AveragedModel(model, **callback._kwargs)
    weight, bias = model.weight.detach().clone(), model.bias.detach().clone()
    for _ in range(3):  # the first update copies
        averaged.update_parameters(model)
        with torch.no_grad():
            model.bias.fill_(1)
    torch.testing.assert_close(averaged.module.bias, 0.9 * (0.9 * bias + 0.1) + 0.1)
    assert torch.equal(averaged.module.weight, weight)
