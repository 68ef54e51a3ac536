"""Classes are read as the file lists them, and what cannot be meant is refused."""

import pytest
import torch

from mpvss.classes import default_colours
from mpvss.data.sources.class_file import CLASSES_FORMAT, read_classes
from mpvss.types import VOID


def _read(folder, text, codes):
    path = folder / "classes.yaml"
    path.write_text(text)
    classes, meaning = read_classes(path)
    return classes, meaning(torch.tensor([codes], dtype=torch.uint8), "a.png")[0].tolist()


def test_names_and_colours_are_in_the_order_of_the_list_and_codes_count_from_one(tmp_path):
    text = "- {name: sky, colour: [70, 130, 180]}\n- {name: road, colour: [128, 64, 128]}\n"
    classes, labels = _read(tmp_path, text, [0, 1, 2, 255])
    assert classes.names == ("sky", "road")
    assert classes.colours == ((70, 130, 180), (128, 64, 128))
    assert labels == [VOID, 0, 1, VOID]


def test_codes_may_be_the_files_own(tmp_path):
    text = "- {name: sky, codes: [0]}\n- {name: road, codes: [7, 8]}\n- {name: void, codes: [5]}\n"
    classes, labels = _read(tmp_path, text, [0, 7, 8, 5, 255])
    assert classes.names == ("sky", "road")
    assert labels == [0, 1, 1, VOID, VOID]


def test_a_class_without_colour_gets_one(tmp_path):
    classes, _ = _read(tmp_path, "- {name: sky}\n- {name: road, colour: [1, 2, 3]}\n", [1])
    assert classes.colours == (default_colours(2)[0], (1, 2, 3))


def test_the_example_that_errors_show_is_right(tmp_path):
    lines = [line.split("}")[0].strip() + "}" for line in CLASSES_FORMAT.splitlines()]
    classes, labels = _read(tmp_path, f"{lines[0][:-1]}, codes: [1]}}\n{lines[1]}\n{lines[2]}\n", [1, 8, 5])
    assert classes.names == ("sky", "road")
    assert labels == [0, 1, VOID]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "must be a list of entries; got NoneType"),
        ("sky: 1", "must be a list of entries; got dict"),
        ("- [sky", "is no YAML"),
        ("- sky", "every entry needs a name; got 'sky'"),
        ("- {colour: [1, 2, 3]}", "every entry needs a name"),
        ("- {name: sky, color: [1, 2, 3]}", "'color', which is none of name, colour, codes"),
        ("- {name: sky, colour: [1, 2]}", "three numbers, 0..255; got .1, 2."),
        ("- {name: sky, colour: [1, 2, 256]}", "three numbers"),
        ("- {name: sky, codes: 3}", "a list of numbers, 0..255; got 3"),
        ("- {name: sky, codes: []}", "a list of numbers"),
        ("- {name: sky}\n- {name: sky}", "a name occurs twice"),
        ("- {name: sky, codes: [1]}\n- {name: road}", "either every entry has codes or none; road has none"),
        ("- {name: sky, codes: [1]}\n- {name: road, codes: [2, 1]}", "code 1 of road is taken"),
        ("- {name: void, codes: [1]}", "1..254 classes; got 0"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_an_example(tmp_path, text, problem):
    with pytest.raises(ValueError, match=rf"(?s)classes\.yaml cannot be used: .*{problem}.*name: sky"):
        _read(tmp_path, text, [])


def test_a_missing_file_is_named_with_an_example(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"(?s)nothing\.yaml.*name: sky"):
        read_classes(tmp_path / "nothing.yaml")
