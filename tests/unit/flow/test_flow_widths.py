import pytest
import torch

from mpvss.flow.flow_widths import motion_parts


def small_parts(**options):
    sizes = {"num_queries": 5, "dim": 16, "num_heads": 2, "num_stages": 1, "num_levels": 3, "hidden_dim": 32}
    return motion_parts(**(sizes | {"encoder_channels": (8, 9, 10, 11, 12, 13), "input_scale": 0.5} | options))


@pytest.mark.parametrize(
    ("num_levels", "channels"), [(1, [13]), (3, [13, 12, 11]), (5, [13, 12, 11, 10, 9])]
)  # fmt: skip
def test_the_decoder_visits_the_coarsest_maps(num_levels, channels):
    encoder, decoder = small_parts(num_levels=num_levels)
    assert [projection.in_channels for projection in decoder.projections] == channels
    frame = torch.zeros(1, 3, 33, 70, dtype=torch.uint8)
    maps = encoder(frame, frame)[::-1][: decoder.num_levels]
    queries, refined = decoder(maps, torch.zeros(1, 5, 16))
    assert queries.shape == (1, 5, 16)
    assert [x.shape[-2:] for x in refined] == [x.shape[-2:] for x in maps]


@pytest.mark.parametrize("options", [{"num_levels": 0}, {"num_levels": 6}, {"num_stages": 0}])
def test_levels_and_stages_that_do_not_exist_are_refused(options):
    with pytest.raises(ValueError, match=r"num_levels of 1 to 5.*got num_stages=.*The paper uses 3 and 3"):
        small_parts(**options)
