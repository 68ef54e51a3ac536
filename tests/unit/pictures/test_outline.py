import torch

from mpvss.pictures import outline


def test_the_border_of_a_mask_is_black_in_white_and_the_rest_stays():
    mask = torch.zeros(12, 14, dtype=torch.bool)
    mask[:, 7:] = True
    picture = torch.full((3, 12, 14), 90, dtype=torch.uint8)
    drawn = outline(picture, mask)
    expected = torch.full((14,), 90)
    expected[5], expected[6], expected[7] = 255, 0, 255  # 6 is the last pixel outside
    assert torch.equal(drawn, expected.to(torch.uint8).expand(3, 12, 14))
    assert (picture == 90).all()


def test_nothing_is_drawn_around_an_empty_mask():
    picture = torch.full((3, 4, 5), 90, dtype=torch.uint8)
    assert torch.equal(outline(picture, torch.zeros(4, 5, dtype=torch.bool)), picture)
