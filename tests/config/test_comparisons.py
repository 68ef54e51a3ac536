"""The paper's ablations: every run that they plan is one that the scripts accept, of the architecture that is meant."""

from pathlib import Path

import pytest
import torch
from hydra import compose, initialize_config_dir
from hydra.core.hydra_config import HydraConfig

from mpvss.building.model import build_model
from mpvss.commands.compare import comparison_of
from mpvss.comparison import plan

CONF = Path(__file__).parents[2] / "conf"
COMPARISONS = sorted(file.stem for file in (CONF / "comparison").glob("*.yaml"))
SIX = ["r50", "r101", "swin_t", "swin_s", "swin_b", "swin_l"]


def composed(config_name, *overrides):
    with initialize_config_dir(str(CONF), version_base="1.3"):
        cfg = compose(config_name, overrides=list(overrides), return_hydra_config=True)
    cfg.hydra.runtime.output_dir, cfg.hydra.job.num = "unused", 0
    HydraConfig.instance().set_config(cfg)
    return cfg


def defined(comparison, *overrides):
    return comparison_of(composed("compare", f"comparison={comparison}", "flownet=FLOWNET.ckpt", *overrides))


def runs(comparison, *overrides):
    """Return the jobs of a comparison of one backbone, by the name of their folder."""
    backbones = defined(comparison).backbones
    jobs = plan(defined(comparison, f"backbones={backbones[-1:]}", *overrides), Path("/comparison"))
    return {job.folder.name: job for job in jobs}


@pytest.mark.parametrize("comparison", COMPARISONS)
def test_every_run_of_every_comparison_is_accepted_by_its_script(comparison):
    for job in runs(comparison).values():
        cfg = composed(job.command, *job.overrides)
        assert cfg.interval == (1 if job.folder.name.startswith("per_frame-eval") else 5)


def without_weights(cfg):
    """What the runs before would have left is not there."""
    cfg.backbone.pretrained = False
    for part in cfg.weights:
        cfg.weights[part] = None
    return cfg


def flow_parameters(job):
    cfg = composed("train", *job.overrides)
    with torch.device("meta"):
        flow = build_model(without_weights(cfg), "flow")
    return sum(parameter.numel() for parameter in flow.parameters())


def test_table_3b_trains_flow_modules_of_the_printed_size():
    jobs = runs("table_3b")
    printed = {"optical_flow": 38.68, "query_random": 37.56, "query_learned": 37.56, "query_flow": 40.08}
    for name, millions in printed.items():  # query_for_pf has less than what is printed, which is query_flow's
        assert flow_parameters(jobs[name]) / 1e6 == pytest.approx(millions, abs=0.02), name


def test_table_d_trains_one_to_four_stages_of_three_blocks():
    jobs = runs("table_d")
    attention, feed_forward, norms = 4 * (256 * 256 + 256), 2 * 256 * 2048 + 2048 + 256, 2 * 2 * 256
    block = attention + feed_forward + norms
    names = ("query_flow_s1", "query_flow_s2", "query_flow", "query_flow_s4")
    sizes = [flow_parameters(jobs[name]) for name in names]
    assert [size - sizes[0] for size in sizes] == [0, 3 * block, 6 * block, 9 * block]


def test_the_tables_have_the_papers_backbones_methods_and_intervals():
    assert defined("table_3a").backbones == defined("table_e").backbones == defined("figure_a").backbones == SIX
    assert (
        defined("table_3b").backbones
        == defined("table_d").backbones
        == defined("table_h").backbones
        == ["swin_t", "swin_b"]
    )
    assert list(defined("table_3a").methods) == ["per_frame", "copy", "optical_flow", "query_flow"]
    assert list(defined("table_e").methods) == ["per_frame", "optical_flow", "query_learned", "query_flow"]
    assert {defined(name).interval for name in COMPARISONS} == {5}
    for figure in ("figure_3", "figure_a"):
        assert {2, 10} <= set(defined(figure).intervals)
    assert defined("figure_3").backbones == ["swin_t"]


def test_trainings_are_the_papers_and_the_ablations_on_a_data_set_share_them():
    for ours, name in (
        (runs("figure_a"), "query_flow"),
        (runs("table_d"), "query_flow"),
        (runs("table_3b"), "segmentor"),
    ):
        theirs = runs("table_3a", f"backbones={[_backbone(ours[name])]}")[name]
        assert ours[name] == theirs
    cfg = composed("train", *runs("table_3a")["query_flow"].overrides)
    assert (cfg.data.name, cfg.data.max_gap, cfg.trainer.max_steps, cfg.optim.effective_batch) == (
        "vspw",
        10,
        90_000,
        16,
    )
    assert cfg.weights.encoder == "FLOWNET.ckpt"
    assert cfg.weights.segmentor == "/comparison/swin_l/seed0/segmentor/checkpoints/last.ckpt"


def _backbone(job):
    return dict(override.split("=", 1) for override in job.overrides)["backbone"]


def test_cityscapes_starts_from_the_segmentors_that_are_given():
    jobs = runs("table_e", "weights={swin_l: MASK2FORMER.pkl}")
    assert "segmentor" not in jobs
    assert composed("train", *jobs["query_flow"].overrides).weights.segmentor == "MASK2FORMER.pkl"
    evaluated = composed("eval", *jobs["per_frame-eval"].overrides)
    assert (evaluated.ckpt_path, evaluated.data.name) == ("MASK2FORMER.pkl", "cityscapes")
    assert evaluated.backbone.name.startswith("swin_large")


def test_a_segmentor_for_a_backbone_that_is_not_compared_is_refused():
    with pytest.raises(ValueError, match=r"weights must be those of swin_t, swin_b; got swin_l"):
        plan(defined("table_h", "weights={swin_l: FILE}"), Path("/comparison"))


def test_the_papers_recipe_asks_for_its_flownet():
    job = plan(comparison_of(composed("compare", "comparison=table_d", "flownet=null")), Path("/comparison"))[1]
    assert composed("train", *job.overrides).weights.encoder is None
    with pytest.raises(ValueError, match=r"comparison=table_d needs flownet=FILE"):
        comparison_of(composed("compare", "comparison=table_d"))
