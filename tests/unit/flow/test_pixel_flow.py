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


def test_with_flownets_widths_it_is_its_decoder():
    """The widths of its five predictions (1024, 1026, 770, 386, 194) and four deconvolutions."""
    pixel_flow = PixelFlow(in_channels=(1024, 512, 512, 256, 128), step_channels=(512, 256, 128, 64))
    assert [conv.in_channels for conv in pixel_flow.predict] == [1024, 1026, 770, 386, 194]
    assert [conv.in_channels for conv in pixel_flow.deconvolve] == [1024, 1026, 770, 386]


def test_each_step_adds_the_coarser_features_and_flow_to_its_map():
    torch.manual_seed(0)
    pixel_flow = PixelFlow(in_channels=(4, 4, 4, 5, 6), step_channels=(3, 3, 3, 2))
    sizes = [(1, 2), (2, 3), (4, 5), (7, 10), (13, 19)]
    maps = tuple(torch.randn(1, c, *size) for c, size in zip((4, 4, 4, 5, 6), sizes, strict=True))
    flows = pixel_flow.pyramid(maps)
    features = maps[0]
    for step in range(5):
        torch.testing.assert_close(flows[step], pixel_flow.predict[step](features))
        if step < 4:
            height, width = sizes[step + 1]
            up = torch.nn.functional.leaky_relu(pixel_flow.deconvolve[step](features), 0.1)
            of_flow = pixel_flow.upsample_flow[step](flows[step])
            parts = [maps[step + 1], up[..., :height, :width], of_flow[..., :height, :width]]
            features = torch.cat(parts, dim=1)
    assert torch.equal(pixel_flow(maps), flows[-1])
