import io

from rich.console import Console

from mpvss.benchmark import Column, Table, render

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
