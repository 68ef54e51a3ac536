import pytest
import torch

from mpvss.drawing import contact_sheet

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
