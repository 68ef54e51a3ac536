import torch

from mpvss.flow import QueryHead


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
