import pytest
import torch

from mpvss.flow import (
    CopyFlow,
    FlowParts,
    FlowWidths,
    ShowsParts,
    flow_parts,
    optical_flow,
    query_flow,
    query_for_pf,
    query_learned,
    query_random,
)

WIDTHS = FlowWidths(2, 32, (8, 8, 12, 16, 16, 20), step_channels=(6, 6, 6, 4), flownet_step_channels=(6, 6, 6, 4))
QUERIES = {"num_queries": 5, "dim": 16, "num_stages": 2, "num_levels": 2, "widths": WIDTHS}
OF_QUERIES = {
    assemble.__name__: (assemble, QUERIES) for assemble in (query_flow, query_learned, query_random, query_for_pf)
}
WITHOUT_PARTS = {"optical_flow": (optical_flow, {"widths": WIDTHS}), "copy": (CopyFlow, {})}


def make(name):
    torch.manual_seed(0)
    assemble, options = (OF_QUERIES | WITHOUT_PARTS)[name]
    flow = assemble(**options).eval()
    for parameter in flow.parameters():  # modules start near zero flow, where much would agree by chance
        torch.nn.init.normal_(parameter, std=0.2)
    return flow


def inputs(height=97, width=161, batch=2):
    torch.manual_seed(1)
    key_frame, frame = torch.randint(0, 256, (2, batch, 3, height, width), dtype=torch.uint8)
    return key_frame, frame, torch.randn(batch, 5, 16)


def joint_tokens(flow, key_frame, frame, queries, block):
    """What enters a block of the motion decoder: queries, then the tokens of the map it visits; and that map's size."""
    decoder = flow.motion_decoder
    entered = []
    handle = decoder.blocks[block].register_forward_pre_hook(lambda module, args: entered.append(args[0]))
    flow(key_frame, frame, queries)
    handle.remove()
    coarsest = flow.motion_encoder(key_frame, frame)[::-1]
    return entered[0], coarsest[block % decoder.num_levels].shape[-2:]


@pytest.mark.parametrize("name", OF_QUERIES | WITHOUT_PARTS)
@torch.no_grad()
def test_the_flow_is_that_of_the_module_bit_for_bit_and_nothing_stays_behind(name):
    flow = make(name)
    given = inputs()
    expected = flow(*given)
    assert torch.equal(flow_parts(flow, *given).flow, expected)
    assert not any(module._forward_hooks for module in flow.modules())


@torch.no_grad()
def test_query_and_pixel_flow_fuse_to_the_flow_by_a_convolution_of_both():
    flow = make("query_flow")
    parts = flow_parts(flow, *inputs())
    assert parts.query_flow.shape == (2, 5, 2, 16, 24)
    assert parts.pixel_flow.shape == (2, 1, 2, 16, 24)
    assert parts.query_flow.std() > 0.1
    assert parts.pixel_flow.std() > 0.01
    for n in range(5):  # Eq. 4, query by query
        both = torch.cat([parts.query_flow[:, n], parts.pixel_flow[:, 0]], dim=1)
        torch.testing.assert_close(parts.flow[:, n], flow.flow_head.fuse(both), atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize(
    ("name", "query", "pixel"),
    [("query_learned", True, False), ("query_random", True, False), ("query_for_pf", False, True)],
)
@torch.no_grad()
def test_an_ablations_only_part_is_its_flow(name, query, pixel):
    parts = flow_parts(make(name), *inputs())
    for part, expected in ((parts.query_flow, query), (parts.pixel_flow, pixel)):
        assert (part is not None) == expected
        assert part is None or torch.equal(part, parts.flow)


@pytest.mark.parametrize("name", WITHOUT_PARTS)
def test_a_flow_without_queries_has_no_parts(name):
    assert flow_parts(make(name), *inputs())[1:4] == (None, None, None)


@pytest.mark.parametrize("name", OF_QUERIES)
@pytest.mark.parametrize("block", [0, 1, 2, 3, -1])
@torch.no_grad()
def test_attention_agrees_with_a_slow_softmax_over_queries_and_map(name, block):
    flow = make(name)
    given = inputs(batch=1)
    got = flow_parts(flow, *given, block=block).attention
    joint, size = joint_tokens(flow, *given, block)
    attention = flow.motion_decoder.blocks[block].attention
    width = 16 // 2
    expected = torch.zeros(5, size.numel())
    for head in range(2):
        part = slice(head * width, (head + 1) * width)
        q, k = attention.query(joint[0])[:, part], attention.key(joint[0])[:, part]
        for n in range(5):
            scores = torch.stack([(q[n] * k[token]).sum() / width**0.5 for token in range(len(k))])
            expected[n] += scores.softmax(0)[5:] / 2
    assert got.shape == (1, 5, *size)
    torch.testing.assert_close(got[0].flatten(1), expected)
    assert (got.sum((-1, -2)) < 1).all()


@pytest.mark.parametrize(("block", "stride"), [(0, 16), (1, 8), (2, 16), (3, 8)])
@torch.no_grad()
def test_attention_says_how_many_pixels_of_flow_lie_under_one_of_its_own(block, stride):
    parts = flow_parts(make("query_flow"), *inputs(), block=block)
    assert parts.attention_stride == stride
    assert parts.attention.shape[-2:] == tuple(-(-side // stride) for side in parts.flow.shape[-2:])


def test_a_block_that_does_not_exist_is_named():
    with pytest.raises(ValueError, match="blocks 0 to 3; got block 4"):
        flow_parts(make("query_flow"), *inputs(), block=4)


class Halves(torch.nn.Module):
    """A flow of one's own, which no list knows, and which says what it is made of."""

    per_segment, reads_queries = False, False

    def forward(self, key_frame, frame, queries):
        return 2 * self.parts(key_frame, frame, queries).pixel_flow

    def parts(self, key_frame, frame, queries, block=-1):
        half = frame[:, None, :2].float() / 2
        return FlowParts(2 * half, pixel_flow=half)


def test_a_flow_of_ones_own_shows_its_parts_by_a_method():
    parts = flow_parts(Halves(), *inputs())
    assert torch.equal(parts.flow, 2 * parts.pixel_flow)
    assert parts.attention is None


def test_those_that_show_parts_say_so():
    assert all(isinstance(make(name), ShowsParts) for name in OF_QUERIES)
    assert not any(isinstance(make(name), ShowsParts) for name in WITHOUT_PARTS)
