import pytest
import torch

from mpvss.drawing import beside, contact_sheet, note, page, resize, resize_nearest

RED, GREEN, BLUE, CYAN = ((250, 0, 0), (0, 250, 0), (0, 0, 250), (0, 250, 250))


def flat(colour, size=(30, 40)):
    return torch.tensor(colour, dtype=torch.uint8)[:, None, None].expand(-1, *size)


def box_of(sheet, colour):
    """Top, left, height and width of the area of one colour, which must be a full rectangle."""
    found = (sheet == torch.tensor(colour, dtype=torch.uint8)[:, None, None]).all(0).nonzero()
    (top, left), (bottom, right) = found.amin(0).tolist(), found.amax(0).tolist()
    assert len(found) == (bottom - top + 1) * (right - left + 1)
    return top, left, bottom - top + 1, right - left + 1


def test_pictures_stand_in_rows_and_columns_of_one_size():
    rows = [[flat(RED), flat(GREEN, (15, 20))], [flat(BLUE, (8, 10)), flat(CYAN)]]
    sheet = contact_sheet(rows, ["frame", "flow"], captions=["one", "two"], cell_width=120)
    red, green, blue, cyan = (box_of(sheet, colour) for colour in (RED, GREEN, BLUE, CYAN))
    assert {box[2:] for box in (red, green, blue, cyan)} == {(90, 120)}
    assert (red[0], blue[0]) == (green[0], cyan[0])
    assert (red[1], green[1]) == (blue[1], cyan[1])
    assert red[0] + 90 < blue[0]
    assert red[1] + 120 < green[1]


def test_the_space_above_the_pictures_is_written_on():
    rows = [[flat(RED)], [flat(BLUE)]]
    sheet = contact_sheet(rows, ["frame"], captions=["one", "two"], cell_width=120)
    bare = contact_sheet(rows, [" "], captions=[" ", " "], cell_width=120)
    changed = (sheet != bare).any(0).any(1).nonzero().flatten()
    tops = box_of(sheet, RED)[0], box_of(sheet, BLUE)[0]
    assert (changed < tops[0]).sum() > 5
    assert ((changed > tops[0] + 90) & (changed < tops[1])).sum() > 5
    assert not ((changed >= tops[0]) & (changed < tops[0] + 90)).any()


def test_a_sheet_without_captions_is_lower():
    rows = [[flat(RED)], [flat(BLUE)]]
    assert contact_sheet(rows, ["a"]).shape[1] < contact_sheet(rows, ["a"], captions=["x", "y"]).shape[1]


@pytest.mark.parametrize(
    ("rows", "titles", "captions", "message"),
    [
        ([[flat(RED)]], ["a", "b"], [], r"one picture per title \(2\); got rows of \[1\]"),
        ([], ["a"], [], r"got rows of \[\]"),
        ([[flat(RED)]], ["a"], ["x", "y"], r"one per row \(1\); got 2"),
    ],
)
def test_rows_that_do_not_fit_the_titles_are_refused(rows, titles, captions, message):
    with pytest.raises(ValueError, match=message):
        contact_sheet(rows, titles, captions)


def plain(value, height, width):
    return torch.full((3, height, width), value, dtype=torch.uint8)


def test_parts_stand_below_the_title_and_each_other_at_the_left():
    sheet = page("A", plain(10, 7, 131), plain(20, 4, 9))
    assert all(side % 2 == 0 for side in sheet.shape[1:])
    assert sheet.shape[2] == 132
    (first,) = (sheet[0, :, :131] == 10).all(1).nonzero()[:1].tolist()
    assert first[0] > 10  # below the title
    assert (sheet[:, first[0] : first[0] + 7, :131] == 10).all()
    assert (sheet[:, first[0] + 7 : first[0] + 11, :9] == 20).all()
    assert (sheet[:, first[0] + 7 :, 9:] == 255).all()
    assert (sheet[:, : first[0]] < 120).any()


def test_a_long_title_widens_the_page():
    assert page(40 * "wide ", plain(10, 7, 31)).shape[2] > 1000


def test_notes_have_a_line_each():
    one, two = note("first"), note("first", "second")
    assert two.shape[1] == 2 * one.shape[1]
    assert torch.equal(two[:, : one.shape[1], : one.shape[2]], one)


def test_the_lower_of_two_pictures_is_centred():
    joined = beside(plain(10, 8, 3), plain(20, 4, 2))
    assert joined.shape == (3, 8, 5)
    assert (joined[:, :, :3] == 10).all()
    assert (joined[:, 2:6, 3:] == 20).all()
    assert (joined[:, :2, 3:] == 255).all()
    assert (joined[:, 6:, 3:] == 255).all()


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
