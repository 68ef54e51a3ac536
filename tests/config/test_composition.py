"""Every option of every group composes, and becomes the object it names."""

from pathlib import Path

import pytest
import torch
from hydra import compose, initialize_config_dir
from hydra.core.hydra_config import HydraConfig
from hydra.errors import HydraException
from hydra.utils import instantiate
from omegaconf import OmegaConf

from mpvss.building.model import build_model

CONF = Path(__file__).parents[2] / "conf"
STARTED = ("launcher", "sweep")
"""What starts runs, by plugins of Hydra's that need not be there: tests/config/test_launchers.py."""
GROUPS = sorted(folder.name for folder in CONF.iterdir() if folder.is_dir())
OPTIONS = [
    (group, file.stem)
    for group in GROUPS
    for file in sorted((CONF / group).glob("*.yaml"))
    if group not in ("experiment", *STARTED)
]
EXPERIMENTS = sorted(file.stem for file in (CONF / "experiment").glob("*.yaml"))
SCRIPTS = sorted(file.stem for file in CONF.glob("*.yaml"))
CONFIG_OF = {"comparison": "compare", "cost": "benchmark"}
"""Whose groups are not those of a run."""
INSTANTIATED_ALONE = ("backbone", "segmentor", "flow", "propagation", "keyframes", "criterion", "metrics")


def composed(overrides=(), config_name="train", output="unused"):
    with initialize_config_dir(str(CONF), version_base="1.3"):
        cfg = compose(config_name, overrides=list(overrides), return_hydra_config=True)
    cfg.hydra.runtime.output_dir = str(output)
    cfg.hydra.job.num = 0
    HydraConfig.instance().set_config(cfg)
    return cfg


def resolved(cfg, *keys):
    return {key: OmegaConf.to_container(cfg[key], resolve=True) for key in keys}


@pytest.mark.parametrize(("group", "option"), OPTIONS)
def test_every_option_composes_and_resolves(group, option):
    root = {"clips": ["data.root=somewhere"], "ground_truth": ["flow=copy"]}.get(option, [])
    flownet = ["flownet=null"] if group == "comparison" else []
    cfg = composed([f"{group}={option}", *root, *flownet], CONFIG_OF.get(group, "train"))
    keys = [key for key in GROUPS if key in cfg and key not in ("experiment", "data")]
    resolved(cfg, *keys)


@pytest.mark.parametrize(("group", "option"), [pair for pair in OPTIONS if pair[0] in INSTANTIATED_ALONE])
def test_every_part_of_the_model_instantiates(group, option):
    shared_flow = ["flow=optical_flow"] if option in ("dff", "accel", "ground_truth") else []
    cfg = composed([f"{group}={option}", "data=synthetic", "backbone.pretrained=false", *shared_flow])
    with torch.device("meta"):
        part = build_model(cfg, group)
    assert type(part).__module__.startswith("mpvss")


@pytest.mark.parametrize("option", [option for group, option in OPTIONS if group == "trainer"])
def test_every_trainer_instantiates(option, tmp_path):
    cfg = composed([f"trainer={option}"], output=tmp_path)
    if cfg.trainer.accelerator == "gpu" and not torch.cuda.is_available():
        with pytest.raises(Exception, match="gpu backend"):
            instantiate(cfg.trainer, logger=False)
    else:
        assert instantiate(cfg.trainer, logger=False).max_steps == 90_000


def test_callbacks_and_csv_logger_instantiate(tmp_path):
    cfg = composed(["logger=csv"], output=tmp_path)
    assert {type(c).__name__ for c in instantiate(cfg.callbacks).values()} == {
        "BestCheckpoint", "LastCheckpoint", "RandomState", "NonFiniteLoss", "ModelCard", "LearningRateMonitor",
        "GradientNorm", "StepTimes", "ValidationPictures", "TrainingProgress",
    }  # fmt: skip
    assert [type(logger).__name__ for logger in instantiate(cfg.logger).values()] == ["CSVLogger"]


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_every_experiment_builds_its_module(experiment):
    cfg = composed([f"experiment={experiment}", "backbone.pretrained=false"])
    with torch.device("meta"):
        module = build_model(cfg, "module")
    assert sum(p.numel() for p in module.parameters()) > 0


@pytest.mark.parametrize("option", [option for group, option in OPTIONS if group == "cost"])
def test_what_only_benchmark_counts_builds_and_is_refused_by_training(option):
    cfg = composed([f"cost={option}"], "benchmark")
    for method in cfg.methods.values() or [cfg]:
        cfg.propagation, cfg.flow = method.propagation, method.get("flow", cfg.flow)
        with torch.device("meta"):
            build_model(cfg, "propagation")
    for group in ("cost", "experiment"):
        with pytest.raises(HydraException, match=f"'{group}|{group}/{option}"):
            composed([f"{group}={option}"])


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_script_composes(script):
    cfg = composed(config_name=script)
    assert "interval" in cfg or script in ("convert", "dashboard", "prepare_data", "report")


def test_the_paper_is_the_default():
    cfg = composed(["data=vspw", "backbone=swin_l"])
    assert (cfg.interval, cfg.data.num_classes, cfg.segmentor.num_queries, cfg.segmentor.dim) == (5, 124, 100, 256)
    assert (cfg.flow.num_queries, cfg.flow.dim, cfg.flow.num_stages, cfg.flow.widths.input_scale) == (100, 256, 3, 0.5)
    assert cfg.optim.optimizer.lr == 5e-5
    assert cfg.trainer.max_steps == cfg.optim.scheduler.total_iters == 90_000
    assert cfg.trainer.gradient_clip_val == 0.01
    assert cfg.criterion.num_points == 12_544


def test_interval_reaches_key_frames_pairs_and_the_runs_name():
    cfg = composed(["backbone=tiny", "interval=7"])
    assert cfg.keyframes.interval == cfg.data.max_gap == 7
    assert cfg.run_name == "tiny-synthetic-interval7"


@pytest.mark.parametrize("override", ["intervall=5", "segmentor.num_querys=3", "backbone=resnet"])
def test_a_mistyped_override_is_refused_by_name(override):
    with pytest.raises(HydraException, match=override.split("=")[0].split(".")[-1]):
        composed([override])
