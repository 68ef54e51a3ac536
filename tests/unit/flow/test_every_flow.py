"""What all flows have in common, each option as it is found in conf/flow; each one's own tests are beside this file."""

from pathlib import Path

import pytest
import torch
from hydra.utils import instantiate
from omegaconf import OmegaConf

from mpvss.weights import load_weights, save_weights
from mpvss.weights.parts import key_prefix

CONF = Path(__file__).parents[3] / "conf"
FLOWS = sorted(path.stem for path in (CONF / "flow").glob("*.yaml"))
SMALL = {  # the groups that a flow's option may refer to
    "flow_widths": {
        "_target_": "mpvss.flow.FlowWidths",
        "num_heads": 2,
        "hidden_dim": 32,
        "encoder_channels": [8, 8, 12, 16, 16, 20],
        "step_channels": [6, 6, 6, 4],
        "flownet_step_channels": [6, 6, 6, 4],
    },
    "segmentor": {"num_queries": 5, "dim": 16},
}
NARROW = {"raft": {"size": "small", "num_updates": 2, "input_scale": 0.5}}
PARAMETERS = {  # millions, Table 3b; query_for_pf without the query branch that one shared flow leaves unused
    "query_flow": 40.08,
    "query_learned": 37.56,
    "query_random": 37.56,
    "query_for_pf": 38.97,
    "optical_flow": 38.68,
    "raft": 5.26,
    "copy": 0,
}


def built(name, groups=SMALL, widths=None, **options):
    """Build an option of conf/flow, as a run does."""
    torch.manual_seed(0)
    option = OmegaConf.load(CONF / "flow" / f"{name}.yaml")
    for key in ("weights", "encoder_weights"):  # files to load, which are no arguments
        option.pop(key, None)
    cfg = OmegaConf.merge(groups, {"flow_widths": widths or {}, "flow": OmegaConf.merge(option, options)})
    return instantiate(cfg.flow, _convert_="all").eval()


def make(name, widths=None, **options):
    return built(name, SMALL, widths, **(NARROW.get(name, {}) | options))


def inputs(height=97, width=161, batch=2):
    torch.manual_seed(1)
    key_frame, frame = torch.randint(0, 256, (2, batch, 3, height, width), dtype=torch.uint8)
    return key_frame, frame, torch.randn(batch, 5, 16)


def visits(name):
    """Whether a flow has a motion decoder, which visits maps in stages."""
    return "num_stages" in OmegaConf.load(CONF / "flow" / f"{name}.yaml")


def is_scaled(name):
    """Whether the widths' input scale sets the size of a flow's maps."""
    return "widths" in OmegaConf.load(CONF / "flow" / f"{name}.yaml")


OF_QUERIES = [name for name in FLOWS if visits(name)]
SCALED = [name for name in FLOWS if is_scaled(name)]


def test_they_are_found():
    assert set(FLOWS) >= set(PARAMETERS)
    assert len(OF_QUERIES) >= 4
    assert len(SCALED) >= 5


@pytest.mark.parametrize("name", PARAMETERS)
def test_full_size_has_the_parameters_of_the_table(name):
    paper = {
        "flow_widths": OmegaConf.load(CONF / "flow_widths" / "paper.yaml"),
        "segmentor": OmegaConf.load(CONF / "segmentor" / "mask2former.yaml"),
    }
    with torch.device("meta"):
        flow = built(name, paper)
    assert sum(p.numel() for p in flow.parameters()) / 1e6 == pytest.approx(PARAMETERS[name], rel=1e-3)


@pytest.mark.parametrize("name", FLOWS)
def test_maps_cover_the_padded_frame_one_per_query_or_one_for_all(name):
    flow = make(name)
    moved = flow(*inputs())
    assert moved.shape[:3] == (2, 5 if flow.per_segment else 1, 2)
    stride = 128 // moved.shape[-2]
    assert moved.shape[-2:] == (128 // stride, 192 // stride)
    assert stride == {"raft": 2, "copy": 4}.get(name, stride)


@pytest.mark.parametrize("name", SCALED)
def test_maps_have_an_eighth_of_the_padded_frame_at_half_scale(name):
    assert make(name)(*inputs()).shape[-2:] == (16, 24)


@pytest.mark.parametrize("name", FLOWS)
def test_a_flow_that_reads_no_queries_does_without_them(name):
    flow = make(name)
    key_frame, frame, queries = inputs()
    if flow.reads_queries:
        with pytest.raises(ValueError, match="queries must be"):
            flow(key_frame, frame, queries.new_zeros(2, 0, 0))
    else:
        assert torch.equal(flow(key_frame, frame, queries.new_zeros(2, 0, 0)), flow(key_frame, frame, queries))


@pytest.mark.parametrize("name", FLOWS)
def test_a_batch_gives_what_its_pairs_give_alone(name):
    flow = make(name)
    key_frame, frame, queries = inputs(70, 41)
    with torch.no_grad():
        alone = [flow(key_frame[b : b + 1], frame[b : b + 1], queries[b : b + 1]) for b in range(2)]
        together = flow(key_frame, frame, queries)
    torch.testing.assert_close(together, torch.cat(alone), atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("name", FLOWS)
def test_flow_starts_near_zero_with_gradients_everywhere(name):
    flow = make(name)
    displacement = flow(*inputs(batch=1))
    assert displacement.abs().max() < 0.5
    if any(True for _ in flow.parameters()):
        assert displacement.abs().max() > 0
        displacement.square().sum().backward()
    without = [key for key, parameter in flow.named_parameters() if parameter.grad is None or not parameter.grad.any()]
    assert without == []


@pytest.mark.parametrize("name", FLOWS)
def test_its_weights_are_saved_and_loaded_as_those_of_a_flow(name, tmp_path):
    flow = make(name)
    if not flow.state_dict():
        return
    assert key_prefix(flow) == "flow."
    save_weights(flow, tmp_path / "flow.safetensors")
    other = make(name)
    with torch.no_grad():
        for parameter in other.parameters():
            parameter.add_(1)
    loaded = load_weights(other, tmp_path / "flow.safetensors")
    assert set(loaded.loaded) >= {f"flow.{key}" for key, _ in flow.named_parameters()}
    assert torch.equal(other(*inputs()), flow(*inputs()))


@pytest.mark.parametrize("name", SCALED)
def test_the_input_scale_sets_the_resolution(name):
    assert make(name, {"input_scale": 1.0})(*inputs(33, 40)).shape[-2:] == (16, 16)
    assert make(name, {"input_scale": 0.3})(*inputs(97, 161)).shape[-2:] == (10, 14)  # of 38.4x57.6 pixels


@pytest.mark.parametrize("num_stages", [1, 2])
@pytest.mark.parametrize("num_levels", [1, 5])
@pytest.mark.parametrize("name", OF_QUERIES)
def test_stages_and_levels_set_the_number_of_blocks(name, num_levels, num_stages):
    flow = make(name, num_levels=num_levels, num_stages=num_stages)
    assert len(flow.motion_decoder.blocks) == num_levels * num_stages
    assert flow(*inputs(33, 40, 1)).shape == (1, 5 if flow.per_segment else 1, 2, 8, 8)
