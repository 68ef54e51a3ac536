from pathlib import Path

import pytest
import torch
from hydra.utils import instantiate
from omegaconf import OmegaConf

from mpvss.flow import FlowWidths
from mpvss.flow.flow_widths import motion_parts

CONF = Path(__file__).parents[3] / "conf" / "flow_widths"
WIDTHS = FlowWidths(num_heads=2, hidden_dim=32, encoder_channels=(8, 9, 10, 11, 12, 13))


def small_parts(num_stages=1, num_levels=3):
    return motion_parts(5, 16, WIDTHS, num_stages, num_levels)


def test_the_options_paper_and_defaults_are_the_same():
    widths = instantiate(OmegaConf.load(CONF / "paper.yaml"), _convert_="all")
    assert FlowWidths(*(tuple(x) if isinstance(x, list) else x for x in widths)) == FlowWidths()


@pytest.mark.parametrize("option", CONF.glob("*.yaml"), ids=lambda path: path.stem)
def test_every_option_shows_every_width(option):
    assert set(OmegaConf.load(option)) == {"_target_", *FlowWidths._fields}


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
