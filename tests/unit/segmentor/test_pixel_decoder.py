import torch
import torch.nn.functional as F

from mpvss.segmentor import PixelDecoder


def test_sizes_and_order_of_what_leaves():
    decoder = PixelDecoder((4, 5, 6, 7), dim=32, num_layers=1, num_heads=2, hidden_dim=16)
    pyramid = tuple(torch.randn(2, c, 24 // s, 40 // s) for c, s in zip((4, 5, 6, 7), (1, 2, 4, 8), strict=True))
    embedding, maps = decoder(pyramid)
    assert embedding.shape == (2, 32, 24, 40)
    assert [tuple(x.shape[-2:]) for x in maps] == [(3, 5), (6, 10), (12, 20)]


def test_without_encoder_layers_maps_are_projections_and_the_finest_is_a_feature_pyramid_step():
    torch.manual_seed(0)
    decoder = PixelDecoder((4, 5, 6, 7), dim=32, num_layers=0, num_heads=2)
    pyramid = tuple(torch.randn(1, c, 24 // s, 40 // s) for c, s in zip((4, 5, 6, 7), (1, 2, 4, 8), strict=True))
    embedding, maps = decoder(pyramid)
    for got, project, x in zip(maps, decoder.projections, pyramid[:0:-1], strict=True):
        torch.testing.assert_close(got, project(x))
    top_down = F.interpolate(maps[-1], scale_factor=2, mode="bilinear", align_corners=False)
    expected = decoder.mask_embedding(decoder.smooth(decoder.lateral(pyramid[0]) + top_down))
    torch.testing.assert_close(embedding, expected)
