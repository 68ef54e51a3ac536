import torch

from mpvss.pictures import mark_errors, wrong_pixels
from mpvss.types import VOID


def test_a_pixel_is_wrong_if_it_is_labelled_and_has_another_class():
    labels, truth = torch.tensor([[0, 1, 2, 3]]), torch.tensor([[0, 2, VOID, 3]])
    assert wrong_pixels(labels, truth).tolist() == [[False, True, False, False]]


def test_what_is_wrong_is_striped_black_and_white_and_the_rest_stays():
    wrong = torch.zeros(12, 24, dtype=torch.bool)
    wrong[:, 12:] = True
    picture = torch.full((3, 12, 24), 90, dtype=torch.uint8)
    marked = mark_errors(picture, wrong)
    assert (marked[:, :, :12] == 90).all()
    hatched = marked[:, :, 12:]
    assert ((hatched == 0) | (hatched == 255)).all()
    assert (hatched == 0).float().mean() == 0.5
    assert torch.equal(hatched[:, 1:, :-1], hatched[:, :-1, 1:])  # along the diagonal nothing changes
