import torch

from mpvss.flow import PixelFlow


def test_flow_has_the_size_of_the_finest_map_also_at_odd_sizes():
    torch.manual_seed(0)
    pixel_flow = PixelFlow(in_channels=(4, 4, 4, 5, 6), step_channels=(3, 3, 3, 2))
    sizes = [(1, 2), (2, 3), (4, 5), (7, 10), (13, 19)]
    maps = tuple(torch.randn(2, c, *size) for c, size in zip((4, 4, 4, 5, 6), sizes, strict=True))
    assert pixel_flow(maps).shape == (2, 2, 13, 19)


def test_without_features_nothing_moves():
    pixel_flow = PixelFlow(in_channels=(4, 4, 4, 5, 6), step_channels=(3, 3, 3, 2))
    maps = tuple(torch.zeros(1, c, 2**i, 2**i) for i, c in enumerate((4, 4, 4, 5, 6)))
    assert not pixel_flow(maps).any()


def test_full_size_widths_follow_from_the_authors_layer_sizes():
    pixel_flow = PixelFlow()
    assert [conv.in_channels for conv in pixel_flow.predict] == [256, 386, 386, 386, 194]
