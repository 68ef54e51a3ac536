import torch
import torch.nn.functional as F

from mpvss.flow import FlowHead, QueryHead


def test_refinement_is_one_convolution_over_query_flow_and_pixel_flow():
    torch.manual_seed(0)
    head = FlowHead(map_channels=3, dim=4)
    torch.nn.init.normal_(head.fuse.weight)
    torch.nn.init.normal_(head.fuse.bias)
    query_flow, pixel_flow = torch.randn(2, 3, 2, 5, 6), torch.randn(2, 2, 5, 6)
    refined = head.refine(query_flow, pixel_flow)
    for query in range(3):
        expected = F.conv2d(
            torch.cat([query_flow[:, query], pixel_flow], 1), head.fuse.weight, head.fuse.bias, padding=1
        )
        torch.testing.assert_close(refined[:, query], expected, atol=1e-5, rtol=1e-5)


def test_refinement_starts_as_the_sum_of_both_flows():
    head = FlowHead(map_channels=3, dim=4)
    query_flow, pixel_flow = torch.randn(1, 3, 2, 5, 6), torch.randn(1, 2, 5, 6)
    torch.testing.assert_close(head.refine(query_flow, pixel_flow), query_flow + pixel_flow[:, None])


def test_query_flow_is_a_dot_product_with_the_x_half_and_the_y_half_of_the_map():
    torch.manual_seed(0)
    head = QueryHead(map_channels=3, dim=4)
    queries, motion_map = torch.randn(1, 2, 4), torch.randn(1, 3, 5, 6)
    flow = head(queries, motion_map)
    embedding = head.query_mlp(head.norm(queries))[0]
    for row in range(5):
        for column in range(6):
            projected = head.map_mlp(motion_map[0, :, row, column])
            torch.testing.assert_close(flow[0, :, 0, row, column], embedding @ projected[:4])
            torch.testing.assert_close(flow[0, :, 1, row, column], embedding @ projected[4:])
