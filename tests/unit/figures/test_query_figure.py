import pytest
import torch

from mpvss.drawing import flow_to_rgb
from mpvss.figures import query_figure
from mpvss.flow import CopyFlow, FlowWidths, flow_parts, optical_flow, query_flow, query_for_pf, query_learned
from mpvss.propagation import FeaturePropagation, MaskPropagation

SIZE = (150, 300)  # that of a cell, so that nothing is resized
BOTH_ENDS = ["mask in key frame k"], ["warped mask in frame j", "semantic prediction"]
WIDTHS = FlowWidths(2, 8, (8, 8, 8, 8, 8, 8), step_channels=(4, 4, 4, 4), flownet_step_channels=(4, 4, 4, 4))


def frames():
    return torch.randint(0, 256, (2, 3, *SIZE), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)


def test_rows_are_the_most_confident_segments_each_with_its_class(model, classes, sheets):
    query_figure(model, *frames(), classes, num_segments=2)
    assert sheets[0][2] == ["query 0: day, confidence 1.00", "query 1: dusk, confidence 1.00"]


def test_each_segment_shows_its_mask_its_flow_and_its_warped_mask(model, classes, sheets):
    key_frame, frame = frames()
    query_figure(model, key_frame, frame, classes, num_segments=2)
    rows, titles, _ = sheets[0]
    assert titles == ["mask in key frame k", "flow", "warped mask in frame j", "semantic prediction"]
    # The frame is padded to 160x320, so the halves meet at 160; query 0, the left one, is in the first row.
    mask, flow, warped, prediction = rows[0]
    assert torch.equal(mask[:, :, :150], key_frame[:, :, :150])
    assert (mask[:, :, 170:].float() - 0.35 * key_frame[:, :, 170:]).abs().max() <= 0.5 + 0.01
    assert (flow[:, :, :170] == flow_to_rgb(torch.tensor([-16.0, 0.0])[:, None, None], 16.0)).all()
    assert torch.equal(warped[:, :, :166], frame[:, :, :166])  # the border has moved to 176
    assert (warped[:, :, 186:].float() - 0.35 * frame[:, :, 186:]).abs().max() <= 0.5 + 0.01
    # Where both masks are seen, day wins: its query is the more confident.
    for columns, label in ((slice(0, 150), 3), (slice(190, 300), 1)):
        expected = (frame[:, :, columns] + torch.tensor(classes.colours[label])[:, None, None]) / 2
        assert (prediction[:, :, columns].float() - expected).abs().max() <= 1


@pytest.mark.parametrize(
    ("flow", "parts"),
    [
        (query_flow(3, 4, WIDTHS), ["query-based flow", "pixel-wise flow", "both, fused", "attention"]),
        (query_learned(3, 4, WIDTHS), ["flow", "attention"]),
        (query_for_pf(3, 4, WIDTHS), ["flow", "attention"]),
        (optical_flow(WIDTHS), ["flow"]),
        (CopyFlow(), ["flow"]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_flow_shows_the_parts_that_it_has(model, classes, sheets, flow, parts):
    query_figure(MaskPropagation(model.segmentor, flow).eval(), *frames(), classes)
    assert sheets[0][1] == [*BOTH_ENDS[0], *parts, *BOTH_ENDS[1]]
    assert len(sheets[0][0]) == 3  # as many as there are queries


def test_attention_is_brightest_where_the_flow_query_looks_most(model, classes, sheets):
    torch.manual_seed(0)
    flow = query_flow(3, 4, WIDTHS).eval()
    key_frame, frame = frames()
    query_figure(MaskPropagation(model.segmentor, flow).eval(), key_frame, frame, classes, block=1)
    with torch.no_grad():
        state = model.start(key_frame[None])
        attention = flow_parts(flow, key_frame[None], frame[None], state.queries, block=1).attention[0, 0]
    rows, titles, _ = sheets[0]
    picture = rows[0][titles.index("attention")].float().mean(0)
    assert attention.shape == (3, 5)
    stride = 64  # pixels of the frame; it is padded to 160x320, so the last row has half of that
    brightness = torch.zeros(attention.shape)
    for y in range(attention.shape[0]):
        for x in range(attention.shape[1]):
            brightness[y, x] = picture[y * stride : (y + 1) * stride, x * stride : (x + 1) * stride].mean()
    assert brightness.argmax() == attention.argmax()


def test_a_figure_without_rows_is_refused(model, classes):
    with pytest.raises(ValueError, match="at least 1; got 0"):
        query_figure(model, *frames(), classes, num_segments=0)


def test_a_method_that_carries_no_masks_is_refused(model, classes):
    other = FeaturePropagation(model.segmentor, CopyFlow()).eval()
    with pytest.raises(ValueError, match="carries masks; got FeaturePropagation"):
        query_figure(other, *frames(), classes)
