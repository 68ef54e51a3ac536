import io

from rich.console import Console

from mpvss.output.table import Column, Table, csv_text, markdown_text, render

TABLE = Table(
    "times",
    "Times",
    (Column("name", "name"), Column("seconds_s", "seconds", ".2f"), Column("difference_percent", "diff. %", "+.1f")),
    [
        {"name": "a", "seconds_s": 1.23456, "difference_percent": 4.0},
        {"name": "b", "seconds_s": None, "difference_percent": -0.25},
    ],
    ("A note.",),
)


def test_numbers_are_rounded_as_their_column_says_and_nothing_is_a_dash():
    console = Console(width=80, file=io.StringIO())
    console.print(render(TABLE))
    lines = [line.replace("│", " ").split() for line in console.file.getvalue().splitlines()]
    assert ["a", "1.23", "+4.0"] in lines
    assert ["b", "-", "-0.2"] in lines
    assert lines[-1] == ["A", "note."]


def test_csv_holds_unrounded_numbers_under_the_columns_keys():
    assert csv_text(TABLE).splitlines() == ["name,seconds_s,difference_percent", "a,1.23456,4.0", "b,,-0.25"]


def test_markdown_rounds_as_the_terminal_does_and_aligns_numbers_right():
    text = markdown_text(TABLE._replace(rows=[*TABLE.rows, {"name": "c|d", "seconds_s": 2, "difference_percent": 0}]))
    assert text == (
        "**Times**\n\n| name | seconds | diff. % |\n| --- | ---: | ---: |\n| a | 1.23 | +4.0 |\n| b | - | -0.2 |\n"
        "| c\\|d | 2.00 | +0.0 |\n\nA note.\n"
    )
