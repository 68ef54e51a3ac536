import pytest
import torch

from mpvss.drawing import class_legend
from mpvss.types import VOID, ClassList

CLASSES = ClassList(("road", "a very long name", "sky"), ((200, 10, 10), (10, 200, 10), (10, 10, 200)))


def shows(key, colour):
    return (key == torch.tensor(colour, dtype=torch.uint8)[:, None, None]).all(0).sum() > 50


def test_the_classes_that_occur_are_shown_in_their_colours():
    key = class_legend([torch.tensor([[0, VOID]]), torch.tensor([[2]])], CLASSES, 400)
    assert [bool(shows(key, colour)) for colour in CLASSES.colours] == [True, False, True]
    assert key.shape[2] == 400


def test_names_that_do_not_fit_go_to_the_next_line():
    labels = [torch.tensor([[0, 1, 2]])]
    assert class_legend(labels, CLASSES, 120).shape[1] == 3 * class_legend(labels, CLASSES, 900).shape[1]


@pytest.mark.parametrize("with_errors", [True, False])
def test_the_hatching_of_errors_is_named_where_it_is_used(with_errors):
    plain, key = (class_legend([torch.tensor([[0]])], CLASSES, 400, with_errors=flag) for flag in (False, with_errors))
    assert torch.equal(plain, key) != with_errors
