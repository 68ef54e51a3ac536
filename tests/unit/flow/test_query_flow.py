import pytest
import torch

from mpvss.flow import CopyFlow, FlowWidths, query_flow


def small_flow():
    torch.manual_seed(0)
    widths = FlowWidths(2, 32, encoder_channels=(8, 8, 12, 16, 16, 20), step_channels=(6, 6, 6, 4))
    return query_flow(5, 16, widths).eval()


def frames(height=97, width=161, batch=2):
    return torch.randint(0, 256, (2, batch, 3, height, width), dtype=torch.uint8)


def test_full_size_has_the_papers_parameters():
    with torch.device("meta"):
        flow = query_flow()
    assert sum(p.numel() for p in flow.parameters()) == pytest.approx(40.085e6, abs=500)
    assert sum(p.numel() for p in flow.motion_encoder.parameters()) == pytest.approx(24.051e6, abs=500)


def test_permuting_queries_permutes_flows():
    flow = small_flow()
    torch.nn.init.constant_(flow.motion_decoder.query_embedding.weight, 0.3)  # else each place has a bias of its own
    key_frame, frame = frames()
    queries = torch.randn(2, 5, 16)
    order = torch.tensor([3, 0, 4, 1, 2])
    torch.testing.assert_close(
        flow(key_frame, frame, queries[:, order]), flow(key_frame, frame, queries)[:, order], atol=1e-5, rtol=1e-4
    )


def test_queries_of_another_segmentor_are_refused():
    key_frame, frame = frames()
    with pytest.raises(ValueError, match=r"\(B, 5, 16\); got \(2, 7, 16\)"):
        small_flow()(key_frame, frame, torch.randn(2, 7, 16))


def test_copying_has_no_parameters_and_does_not_move():
    key_frame, frame = frames()
    flow = CopyFlow()
    assert list(flow.parameters()) == []
    displacement = flow(key_frame, frame, torch.randn(2, 5, 16))
    assert displacement.shape == (2, 1, 2, 32, 48)
    assert not displacement.any()
