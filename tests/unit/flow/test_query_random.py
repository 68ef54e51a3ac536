import torch

from mpvss.flow import query_learned, query_random

SIZES = {"num_queries": 4, "dim": 16, "num_heads": 2, "hidden_dim": 32, "encoder_channels": (8, 8, 12, 16, 16, 20)}


def test_the_segmentors_queries_are_not_read():
    torch.manual_seed(0)
    flow = query_random(**SIZES)
    pair = torch.randint(0, 256, (2, 1, 3, 40, 70), dtype=torch.uint8)
    first, second = (flow(*pair, torch.randn(1, 4, 16)) for _ in range(2))
    assert torch.equal(first, second)


def test_its_queries_are_the_decoders_learned_embedding():
    torch.manual_seed(0)
    flow, learned = query_random(**SIZES), query_learned(**SIZES)
    learned.load_state_dict(flow.state_dict())
    pair = torch.randint(0, 256, (2, 1, 3, 40, 70), dtype=torch.uint8)
    torch.testing.assert_close(flow(*pair, torch.randn(1, 4, 16)), learned(*pair, torch.zeros(1, 4, 16)))
    assert flow(*pair, torch.randn(1, 4, 16)).std(dim=1).max() > 0  # the embedding tells the queries apart
