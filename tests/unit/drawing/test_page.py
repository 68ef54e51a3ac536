import torch

from mpvss.drawing import beside, note, page


def flat(value, height, width):
    return torch.full((3, height, width), value, dtype=torch.uint8)


def test_parts_stand_below_the_title_and_each_other_at_the_left():
    sheet = page("A", flat(10, 7, 131), flat(20, 4, 9))
    assert all(side % 2 == 0 for side in sheet.shape[1:])
    assert sheet.shape[2] == 132
    (first,) = (sheet[0, :, :131] == 10).all(1).nonzero()[:1].tolist()
    assert first[0] > 10  # below the title
    assert (sheet[:, first[0] : first[0] + 7, :131] == 10).all()
    assert (sheet[:, first[0] + 7 : first[0] + 11, :9] == 20).all()
    assert (sheet[:, first[0] + 7 :, 9:] == 255).all()
    assert (sheet[:, : first[0]] < 120).any()


def test_a_long_title_widens_the_page():
    assert page(40 * "wide ", flat(10, 7, 31)).shape[2] > 1000


def test_notes_have_a_line_each():
    one, two = note("first"), note("first", "second")
    assert two.shape[1] == 2 * one.shape[1]
    assert torch.equal(two[:, : one.shape[1], : one.shape[2]], one)


def test_the_lower_of_two_pictures_is_centred():
    joined = beside(flat(10, 8, 3), flat(20, 4, 2))
    assert joined.shape == (3, 8, 5)
    assert (joined[:, :, :3] == 10).all()
    assert (joined[:, 2:6, 3:] == 20).all()
    assert (joined[:, :2, 3:] == 255).all()
    assert (joined[:, 6:, 3:] == 255).all()
