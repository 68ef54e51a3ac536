import torch

from mpvss.drawing import resize, resize_nearest


def test_smooth_resizing_averages_what_becomes_one_pixel():
    picture = torch.tensor([[0, 100, 200, 60]], dtype=torch.uint8).expand(3, 2, 4)
    halved = resize(picture, (1, 2))
    assert halved.dtype == torch.uint8
    assert halved[0, 0, 0] < halved[0, 0, 1]
    assert torch.equal(resize(torch.full((3, 5, 7), 90, dtype=torch.uint8), (11, 3)), torch.full((3, 11, 3), 90))


def test_nearest_resizing_invents_no_values():
    labels = torch.tensor([[0, 7, 255]], dtype=torch.uint8)
    assert resize_nearest(labels, (2, 6)).tolist() == [[0, 0, 7, 7, 255, 255]] * 2
    assert resize_nearest(labels[None, None].bool(), (1, 1)).tolist() == [[[[False]]]]
