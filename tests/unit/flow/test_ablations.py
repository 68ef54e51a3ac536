"""Each ablation is the paper's module without a part of it."""

import torch

from mpvss.flow import FlowWidths, query_flow, query_for_pf, query_learned, query_random

WIDTHS = FlowWidths(2, 32, encoder_channels=(8, 8, 12, 16, 16, 20), step_channels=(6, 6, 6, 4))


def make(assemble):
    torch.manual_seed(0)
    return assemble(4, 16, WIDTHS)


def frames():
    return torch.randint(0, 256, (2, 1, 3, 40, 70), dtype=torch.uint8)


def test_query_learned_is_what_query_flow_gives_before_refinement():
    complete, learned = make(query_flow), make(query_learned)
    loaded = learned.load_state_dict(complete.state_dict(), strict=False)
    assert loaded.missing_keys == []
    key_frame, frame = frames()
    queries = torch.randn(1, 4, 16)
    maps = complete.motion_encoder(key_frame, frame)
    flow_queries, _ = complete.motion_decoder((maps[4], maps[3], maps[2]), queries)
    expected = complete.flow_head.query_flow(flow_queries, maps[0])
    torch.testing.assert_close(learned(key_frame, frame, queries), expected)


def test_query_random_does_not_read_the_segmentors_queries():
    flow, pair = make(query_random), frames()
    first, second = (flow(*pair, torch.randn(1, 4, 16)) for _ in range(2))
    assert torch.equal(first, second)


def test_the_queries_of_query_random_are_the_decoders_learned_embedding():
    flow, learned, pair = make(query_random), make(query_learned), frames()
    learned.load_state_dict(flow.state_dict())
    torch.testing.assert_close(flow(*pair, torch.randn(1, 4, 16)), learned(*pair, torch.zeros(1, 4, 16)))
    assert flow(*pair, torch.randn(1, 4, 16)).std(dim=1).max() > 0  # the embedding tells the queries apart


def test_query_for_pf_is_the_pixel_wise_flow_of_query_flow():
    complete, alone = make(query_flow), make(query_for_pf)
    loaded = alone.load_state_dict(complete.state_dict(), strict=False)
    assert loaded.missing_keys == []
    key_frame, frame = frames()
    queries = torch.randn(1, 4, 16)
    finest, fine, *coarse = complete.motion_encoder(key_frame, frame)
    _, refined = complete.motion_decoder(tuple(coarse[::-1]), queries)
    expected = complete.pixel_flow((*refined, fine, finest))
    torch.testing.assert_close(alone(key_frame, frame, queries), expected[:, None])


def test_in_query_for_pf_the_queries_inform_the_flow_in_any_order():
    flow, pair = make(query_for_pf), frames()
    torch.nn.init.constant_(flow.motion_decoder.query_embedding.weight, 0.3)  # else each place has a bias of its own
    queries = torch.randn(1, 4, 16)
    moved = flow(*pair, queries)
    torch.testing.assert_close(moved, flow(*pair, queries[:, [2, 0, 3, 1]]), atol=1e-6, rtol=1e-4)
    assert (moved - flow(*pair, queries + 1)).abs().max() > 1e-6
