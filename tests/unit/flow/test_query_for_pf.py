import torch

from mpvss.flow import query_flow, query_for_pf

SIZES = {
    "num_queries": 4,
    "dim": 16,
    "num_heads": 2,
    "hidden_dim": 32,
    "encoder_channels": (8, 8, 12, 16, 16, 20),
    "step_channels": (6, 6, 6, 4),
}


def test_it_is_the_pixel_wise_flow_of_query_flow():
    torch.manual_seed(0)
    complete, alone = query_flow(**SIZES), query_for_pf(**SIZES)
    loaded = alone.load_state_dict(complete.state_dict(), strict=False)
    assert loaded.missing_keys == []
    key_frame, frame = torch.randint(0, 256, (2, 1, 3, 40, 70), dtype=torch.uint8)
    queries = torch.randn(1, 4, 16)
    finest, fine, *coarse = complete.motion_encoder(key_frame, frame)
    _, refined = complete.motion_decoder(tuple(coarse[::-1]), queries)
    expected = complete.pixel_flow((*refined, fine, finest))
    torch.testing.assert_close(alone(key_frame, frame, queries), expected[:, None])


def test_the_queries_inform_the_flow_in_any_order():
    torch.manual_seed(0)
    flow = query_for_pf(**SIZES)
    torch.nn.init.constant_(flow.motion_decoder.query_embedding.weight, 0.3)  # else each place has a bias of its own
    pair = torch.randint(0, 256, (2, 1, 3, 40, 70), dtype=torch.uint8)
    queries = torch.randn(1, 4, 16)
    moved = flow(*pair, queries)
    torch.testing.assert_close(moved, flow(*pair, queries[:, [2, 0, 3, 1]]), atol=1e-6, rtol=1e-4)
    assert (moved - flow(*pair, queries + 1)).abs().max() > 1e-6
