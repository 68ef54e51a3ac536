import torch

from mpvss.flow import query_flow, query_learned

SIZES = {"num_queries": 4, "dim": 16, "num_heads": 2, "hidden_dim": 32, "encoder_channels": (8, 8, 12, 16, 16, 20)}


def test_it_is_what_query_flow_gives_before_refinement():
    torch.manual_seed(0)
    complete, learned = query_flow(**SIZES, step_channels=(6, 6, 6, 4)), query_learned(**SIZES)
    loaded = learned.load_state_dict(complete.state_dict(), strict=False)
    assert loaded.missing_keys == []
    key_frame, frame = torch.randint(0, 256, (2, 1, 3, 40, 70), dtype=torch.uint8)
    queries = torch.randn(1, 4, 16)
    maps = complete.motion_encoder(key_frame, frame)
    flow_queries, _ = complete.motion_decoder((maps[4], maps[3], maps[2]), queries)
    expected = complete.flow_head.query_flow(flow_queries, maps[0])
    torch.testing.assert_close(learned(key_frame, frame, queries), expected)
