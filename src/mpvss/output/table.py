"""Tables of results: one form for the terminal, CSV, Markdown and JSON."""

import csv
import io
from typing import NamedTuple

import rich.table

Cell = str | int | float | None


class Column(NamedTuple):
    """A column.

    Attributes:
        key: of its cells in a row, and its head in CSV; ends in the unit.
        head: in the terminal.
        spec: format of its numbers in the terminal, such as ``.1f``.
    """

    key: str
    head: str
    spec: str = ""


class Table(NamedTuple):
    """Results in rows.

    Attributes:
        name: of its files.
        title: above it.
        columns: in order.
        rows: a cell per column key, numbers unrounded; None where there is nothing to say.
        notes: below it.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: list[dict[str, Cell]]
    notes: tuple[str, ...] = ()


def render(table: Table) -> rich.table.Table:
    """Draw a table for the terminal, its notes below it."""
    drawn = rich.table.Table(title=table.title, caption="\n".join(table.notes) or None, caption_justify="left")
    for column in table.columns:
        drawn.add_column(column.head, justify="right" if column.spec else "left")
    for row in table.rows:
        drawn.add_row(*(_text(row[column.key], column.spec) for column in table.columns))
    return drawn


def csv_text(table: Table) -> str:
    """Return the rows as CSV, numbers unrounded, under the columns' keys."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, [column.key for column in table.columns])
    writer.writeheader()
    writer.writerows(table.rows)
    return text.getvalue()


def markdown_text(table: Table) -> str:
    """Return the table in Markdown, its title above and its notes below, numbers rounded as in the terminal."""
    heads = [column.head for column in table.columns]
    lines = [f"**{table.title}**", "", _markdown_row(heads)]
    lines.append(_markdown_row(["---:" if column.spec else "---" for column in table.columns]))
    lines += [_markdown_row([_text(row[c.key], c.spec) for c in table.columns]) for row in table.rows]
    return "\n".join([*lines, *(f"\n{note}" for note in table.notes)]) + "\n"


def _markdown_row(cells: list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _text(cell: Cell, spec: str) -> str:
    if cell is None:
        return "-"
    return cell if isinstance(cell, str) else format(cell, spec)
