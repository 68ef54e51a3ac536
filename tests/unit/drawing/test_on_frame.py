import pytest
import torch

from mpvss.drawing import mark_errors, outline, overlay, wrong_pixels
from mpvss.types import VOID

COLOURS = ((200, 0, 0), (0, 100, 0), (10, 20, 250))


def random_frame(size=(13, 22)):
    generator = torch.Generator().manual_seed(0)
    return torch.randint(0, 256, (3, *size), generator=generator, dtype=torch.uint8)


@pytest.mark.parametrize("opacity", [0.0, 0.3, 0.5, 1.0])
def test_each_pixel_is_blended_with_its_class_and_boundaries_are_solid(opacity):
    frame = random_frame()
    labels = torch.randint(0, 3, (13, 22), generator=torch.Generator().manual_seed(1), dtype=torch.uint8)
    labels[4:9, 3:15] = 2
    labels[10:, 18:] = VOID
    painted = overlay(frame, labels, COLOURS, opacity)
    for y in range(13):
        for x in range(22):
            label = int(labels[y, x])
            neighbours = [int(labels[y, x + 1])] if x < 21 else []
            neighbours += [int(labels[y + 1, x])] if y < 12 else []
            share = 1.0 if any(other != label for other in neighbours) else opacity
            for channel in range(3):
                before = float(frame[channel, y, x])
                expected = before if label == VOID else before + share * (COLOURS[label][channel] - before)
                assert abs(float(painted[channel, y, x]) - expected) <= 0.501


def test_boundaries_widen_with_the_height_of_the_frame():
    labels = torch.zeros(800, 9, dtype=torch.uint8)
    labels[:, 5:] = 1
    painted = overlay(torch.zeros(3, 800, 9, dtype=torch.uint8), labels, COLOURS, opacity=0.0)
    assert painted[:, 0].amax(0).tolist() == [0, 0, 0, 0, 200, 100, 0, 0, 0]


def test_a_frame_of_one_class_has_no_boundary():
    frame = random_frame()
    assert torch.equal(overlay(frame, torch.ones(13, 22, dtype=torch.uint8), COLOURS, opacity=0.0), frame)


def test_an_unlabelled_frame_stays_as_it_is():
    frame = random_frame()
    assert torch.equal(overlay(frame, torch.full((13, 22), VOID, dtype=torch.uint8), COLOURS), frame)


def test_a_class_without_colour_is_refused():
    with pytest.raises(ValueError, match="labels hold class 3, but there are 3 colours"):
        overlay(random_frame(), torch.full((13, 22), 3, dtype=torch.uint8), COLOURS)


def test_labels_of_another_size_are_refused():
    with pytest.raises(ValueError, match=r"got \(13, 21\) and \(3, 13, 22\)"):
        overlay(random_frame(), torch.zeros(13, 21, dtype=torch.uint8), COLOURS)


def test_an_opacity_out_of_range_is_refused():
    with pytest.raises(ValueError, match=r"within 0 and 1; got 1\.5"):
        overlay(random_frame(), torch.zeros(13, 22, dtype=torch.uint8), COLOURS, opacity=1.5)


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
