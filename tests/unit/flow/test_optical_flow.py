import pytest
import torch

from mpvss.flow import FlowWidths, optical_flow
from mpvss.metrics import count_macs


def small_flow(**options):
    torch.manual_seed(0)
    widths = FlowWidths(encoder_channels=(8, 8, 12, 16, 16, 20), flownet_step_channels=(6, 6, 6, 4), **options)
    return optical_flow(widths).eval()


def pair(height=97, width=161):
    torch.manual_seed(1)
    return torch.randint(0, 256, (2, 1, 3, height, width), dtype=torch.uint8)


def test_full_size_has_flownets_parameters_and_costs_at_half_resolution():
    with torch.device("meta"):
        flow = optical_flow()
        frame, queries = torch.zeros(1, 3, 480, 853, dtype=torch.uint8), torch.zeros(1, 100, 256)
    assert sum(p.numel() for p in flow.parameters()) == pytest.approx(38.676e6, abs=500)
    assert count_macs(flow, frame, frame, queries).total / 1e9 == pytest.approx(8.49, rel=5e-3)


def test_flow_is_in_pixels_of_its_own_map():
    """A prediction of 1 at the finest level means 20 pixels of the resized pair, that is, 5 of its own."""
    flow = small_flow()
    key_frame, frame = pair()
    raw = flow.pixel_flow(flow.motion_encoder(key_frame, frame)[::-1])
    torch.testing.assert_close(flow(key_frame, frame, torch.zeros(1, 5, 16)), 5 * raw[:, None])


@pytest.mark.parametrize("input_scale", [0.5, 0.7])
def test_the_pyramid_is_what_each_level_predicts_in_its_own_pixels(input_scale):
    flow = small_flow(input_scale=input_scale)
    key_frame, frame = pair()
    height, width = flow.motion_encoder.prepare(key_frame, frame).shape[-2:]
    raw = flow.pixel_flow.pyramid(flow.motion_encoder(key_frame, frame)[::-1])
    pyramid = flow.pyramid(key_frame, frame)
    assert len(pyramid) == 5
    for level, prediction in enumerate(pyramid):
        of_network = raw[4 - level] * 20  # pixels of the resized pair
        map_height, map_width = prediction.shape[-2:]
        torch.testing.assert_close(prediction[:, 0], of_network[:, 0] * map_width / width)
        torch.testing.assert_close(prediction[:, 1], of_network[:, 1] * map_height / height)
    torch.testing.assert_close(pyramid[0], flow(key_frame, frame, torch.zeros(1, 5, 16))[:, 0])


def test_it_learns_which_way_the_picture_moved():
    """On pairs of blurred noise moved to the right or to the left, the flow leads back into the key frame."""
    torch.manual_seed(0)
    widths = FlowWidths(encoder_channels=(8, 16, 16, 16, 16, 16), flownet_step_channels=(8, 8, 8, 8), input_scale=1.0)
    flow = optical_flow(widths)
    optimizer = torch.optim.Adam(flow.parameters(), lr=2e-3)
    noise = torch.nn.functional.interpolate(torch.rand(40, 3, 16, 20), scale_factor=3, mode="bilinear")
    noise = (noise * 255).to(torch.uint8)
    shifts = torch.tensor([-4, 4]).repeat(20)
    key_frames = noise[:, :, 8:40, 10:42]
    frames = torch.stack([image[:, 8:40, 10 - s : 42 - s] for image, s in zip(noise, shifts.tolist(), strict=True)])
    # What is at x in the key frame is at x + s in the other frame: the flow back is -s pixels, -s / 4 of its map.
    target = -shifts.view(-1, 1, 1) / 4
    for _ in range(60):
        finest = flow.pyramid(key_frames, frames)[0]
        loss = (finest[:, 0] - target).abs().mean() + finest[:, 1].abs().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss < 0.3  # 1 for zero flow
