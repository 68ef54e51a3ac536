"""Progress bars of long work: how much is done, how fast, and how long it will take."""

from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text


def progress_bar(unit: str, shown: bool = True) -> Progress:
    """Make a bar with count, rate and time left; used as a context manager.

    Args:
        unit: what is counted, in the plural, such as ``frames``; a task may have a `unit` of its own.
        shown: whether it is drawn.
    """
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _RateColumn(unit),
        TimeRemainingColumn(),
    )
    return Progress(*columns, disable=not shown)


class _RateColumn(ProgressColumn):
    def __init__(self, unit: str) -> None:
        super().__init__()
        self.unit = unit

    def render(self, task: Task) -> Text:
        unit = task.fields.get("unit", self.unit)
        return Text(f"{task.speed:.1f} {unit}/s" if task.speed else "", style="progress.data.speed")
