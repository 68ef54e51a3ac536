import torch

from mpvss.flow import MotionDecoder
from mpvss.layers import sine_position


def test_blocks_visit_the_levels_in_turn_on_queries_and_tokens_together():
    torch.manual_seed(0)
    decoder = MotionDecoder(in_channels=(5, 6), num_queries=3, dim=8, num_stages=2, num_heads=2, hidden_dim=16)
    maps = (torch.randn(1, 5, 1, 2), torch.randn(1, 6, 3, 2))
    queries = torch.randn(1, 3, 8)
    got_queries, got_maps = decoder(maps, queries)

    tokens = []
    for level, x in enumerate(maps):
        kernel = decoder.projections[level]
        tokens.append(kernel(x).flatten(2).transpose(1, 2) + decoder.level_embedding.weight[level])
    for index, level in enumerate([0, 1, 0, 1]):
        joint = torch.cat(
            [queries + decoder.query_embedding.weight, tokens[level] + sine_position(maps[level], 8)], dim=1
        )
        joint = decoder.blocks[index](joint)
        queries, tokens[level] = joint[:, :3], joint[:, 3:]
    torch.testing.assert_close(got_queries, queries)
    for level, x in enumerate(maps):
        expected = tokens[level].transpose(1, 2).reshape(1, 8, *x.shape[-2:])
        torch.testing.assert_close(got_maps[level], expected)


def test_stages_times_levels_blocks():
    assert len(MotionDecoder((4, 4, 4), num_queries=2, dim=8, num_stages=4, num_heads=2).blocks) == 12
