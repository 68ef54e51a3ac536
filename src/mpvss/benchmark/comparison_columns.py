"""A number of ours, the paper's, and the difference."""

from mpvss.table import Cell, Column

COUNTING = "Counted as the table of costs says."
"""Note below a table of costs."""


def compared(key: str, head: str, printed: str = ".1f") -> tuple[Column, ...]:
    """Return the three columns; `printed` is the format of the paper's numbers."""
    return (
        Column(key, head, ".2f"),
        Column(f"paper_{key}", "paper", printed),
        Column(f"{key}_difference_percent", "diff. %", "+.2f"),
    )


def beside(key: str, ours: float, paper: float) -> dict[str, Cell]:
    """Return the three cells; the difference is in percent of the printed number."""
    return {key: ours, f"paper_{key}": paper, f"{key}_difference_percent": 100 * (ours / paper - 1)}
