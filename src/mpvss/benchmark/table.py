"""Tables of results: one form for the terminal, CSV and JSON."""

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


def _text(cell: Cell, spec: str) -> str:
    if cell is None:
        return "-"
    return cell if isinstance(cell, str) else format(cell, spec)
