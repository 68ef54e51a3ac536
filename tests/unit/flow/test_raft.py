import pytest
import torch
from torch import nn

from mpvss.flow import RaftFlow, raft
from mpvss.propagation import resize_flow, warp

QUERIES = torch.zeros(1, 5, 16)


class ShiftSearch(nn.Module):
    """In RAFT's place: the one whole-pixel shift that maps the first image onto the second best, tried one by one."""

    def forward(self, image1, image2, num_flow_updates):
        self.seen = image1, image2, num_flow_updates
        height, width = image1.shape[-2:]
        errors = {}
        for dy in range(-4, 5):
            for dx in range(-4, 5):
                inner = image1[..., 4 : height - 4, 4 : width - 4]
                moved = image2[..., 4 + dy : height - 4 + dy, 4 + dx : width - 4 + dx]
                errors[dx, dy] = (inner - moved).abs().mean().item()
        best = min(errors, key=errors.get)
        flow = torch.tensor(best, dtype=torch.float32).view(1, 2, 1, 1)
        return [flow * 0, flow.expand(len(image1), 2, height, width)]


def moved_noise():
    """A key frame, and a frame in which everything is 3 pixels further to the right and 2 further up."""
    torch.manual_seed(0)
    noise = torch.randint(0, 256, (1, 3, 110, 150), dtype=torch.uint8)
    return noise[..., 5:102, 5:142], noise[..., 7:104, 2:139]


def test_flow_leads_from_the_non_key_frame_into_the_key_frame_in_pixels_of_its_map():
    key_frame, frame = moved_noise()
    flow = RaftFlow(ShiftSearch())(key_frame, frame, QUERIES)
    assert flow.shape == (1, 1, 2, 128, 160)
    assert (flow[0, 0, 0] == -3).all()
    assert (flow[0, 0, 1] == 2).all()
    warped = warp(key_frame.float(), flow[..., :97, :137])
    assert torch.equal(warped[..., 4:90, 4:130], frame.float()[..., 4:90, 4:130])
    at_mask_resolution = resize_flow(flow, (32, 40))
    assert (at_mask_resolution[0, 0, 0] == -0.75).all()


def test_the_network_reads_the_frame_then_the_key_frame_in_the_range_of_minus_one_to_one():
    search = ShiftSearch()
    key_frame, frame = torch.full((1, 3, 33, 40), 51, dtype=torch.uint8), torch.full((1, 3, 33, 40), 255).byte()
    assert RaftFlow(search, num_updates=7)(key_frame, frame, QUERIES).shape == (1, 1, 2, 64, 64)
    image1, image2, num_updates = search.seen
    assert num_updates == 7
    assert image1.shape == (1, 3, 128, 128)  # the smallest that RAFT takes, by repeating the border
    torch.testing.assert_close(image1, torch.ones(1, 3, 128, 128))
    torch.testing.assert_close(image2, torch.full((1, 3, 128, 128), -0.6))


def test_a_resized_pair_is_extended_to_a_multiple_of_eight():
    search = ShiftSearch()
    frame = torch.zeros(1, 3, 300, 480, dtype=torch.uint8)
    flow = RaftFlow(search, input_scale=0.3)(frame, frame, QUERIES)
    assert flow.shape == (1, 1, 2, 96, 144)
    assert search.seen[0].shape == (1, 3, 128, 144)
    assert RaftFlow(search, input_scale=0.7)(frame, frame, QUERIES).shape == (1, 1, 2, 224, 336)


@pytest.mark.parametrize(("size", "parameters"), [("large", 5.257536e6), ("small", 0.990162e6)])
def test_both_sizes_have_torchvisions_parameters(size, parameters):
    with torch.device("meta"):
        assert sum(p.numel() for p in raft(size).parameters()) == parameters


def test_what_raft_cannot_do_is_refused():
    with pytest.raises(ValueError, match=r"large or small; got huge\. Set flow\.size"):
        raft("huge")
    with pytest.raises(ValueError, match="num_updates=0"):
        raft("small", num_updates=0)
    with pytest.raises(ValueError, match="positive input_scale"):
        raft("small", input_scale=0)
