"""What all flows have in common; each one's own tests are beside this file."""

import pytest
import torch

from mpvss.flow import optical_flow, query_flow, query_for_pf, query_learned, query_random, raft

CHANNELS = {"encoder_channels": (8, 8, 12, 16, 16, 20)}
QUERIES = {"num_queries": 5, "dim": 16, "num_heads": 2, "hidden_dim": 32, **CHANNELS}
STEPS = {"step_channels": (6, 6, 6, 4)}

FLOWS = {  # name -> assembler, options, maps per frame
    "query_flow": (query_flow, QUERIES | STEPS, 5),
    "query_learned": (query_learned, QUERIES, 5),
    "query_random": (query_random, QUERIES, 5),
    "query_for_pf": (query_for_pf, QUERIES | STEPS, 1),
    "optical_flow": (optical_flow, CHANNELS | STEPS, 1),
    "raft": (raft, {"size": "small", "num_updates": 2, "input_scale": 0.5}, 1),
}
OF_QUERIES = ("query_flow", "query_learned", "query_random", "query_for_pf")
SMALL = ("optical_flow", *OF_QUERIES)  # RAFT reads at least 128x128 pixels

PARAMETERS = {  # millions, Table 3b; query_for_pf without the query branch that one shared flow leaves unused
    "query_flow": 40.08,
    "query_learned": 37.56,
    "query_random": 37.56,
    "query_for_pf": 38.97,
    "optical_flow": 38.68,
    "raft": 5.26,
}


def make(name, **options):
    torch.manual_seed(0)
    assemble, small, _ = FLOWS[name]
    return assemble(**(small | options)).eval()


def inputs(height=97, width=161, batch=2):
    torch.manual_seed(1)
    key_frame, frame = torch.randint(0, 256, (2, batch, 3, height, width), dtype=torch.uint8)
    return key_frame, frame, torch.randn(batch, 5, 16)


@pytest.mark.parametrize("name", FLOWS)
def test_full_size_has_the_parameters_of_the_table(name):
    with torch.device("meta"):
        flow = FLOWS[name][0]()
    assert sum(p.numel() for p in flow.parameters()) / 1e6 == pytest.approx(PARAMETERS[name], rel=1e-3)


@pytest.mark.parametrize("name", FLOWS)
def test_maps_cover_the_padded_frame_one_per_query_or_one_for_all(name):
    stride = 2 if name == "raft" else 8
    flow = make(name)
    assert flow(*inputs()).shape == (2, FLOWS[name][2], 2, 128 // stride, 192 // stride)
    assert flow.per_segment == (FLOWS[name][2] > 1)


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
    assert 0 < displacement.abs().max() < 0.5
    displacement.square().sum().backward()
    without = [key for key, parameter in flow.named_parameters() if parameter.grad is None or not parameter.grad.any()]
    assert without == []


@pytest.mark.parametrize("name", SMALL)
def test_the_input_scale_sets_the_resolution(name):
    assert make(name, input_scale=1.0)(*inputs(33, 40)).shape[-2:] == (16, 16)
    assert make(name, input_scale=0.3)(*inputs(97, 161)).shape[-2:] == (10, 14)  # of 38.4x57.6 pixels


@pytest.mark.parametrize("num_stages", [1, 2])
@pytest.mark.parametrize("num_levels", [1, 5])
@pytest.mark.parametrize("name", OF_QUERIES)
def test_stages_and_levels_set_the_number_of_blocks(name, num_levels, num_stages):
    flow = make(name, num_levels=num_levels, num_stages=num_stages)
    assert len(flow.motion_decoder.blocks) == num_levels * num_stages
    assert flow(*inputs(33, 40, 1)).shape == (1, FLOWS[name][2], 2, 8, 8)
