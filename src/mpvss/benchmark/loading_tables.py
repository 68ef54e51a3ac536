"""Tables of how fast pairs are made, beside how fast a model trains on them."""

from collections.abc import Mapping, Sequence

from mpvss.benchmark.loading import Loading
from mpvss.benchmark.stopwatch import Timing
from mpvss.table import Cell, Column, Table

_FRAMES_OF_A_PAIR = 2


def loading_table(loadings: Sequence[Loading], step: Timing) -> Table:
    """Lay out batches by number of workers, and say for each whether data or model would be waited for.

    Args:
        loadings: one per number of workers.
        step: seconds of a training step on such a batch that is there already.
    """
    rows: list[dict[str, Cell]] = [
        {
            "workers": workers,
            "pairs_per_second": size / batch.median,
            "frames_per_second": _FRAMES_OF_A_PAIR * size / batch.median,
            "batch_ms": 1e3 * batch.median,
            "quartile_1_ms": 1e3 * batch.low,
            "quartile_3_ms": 1e3 * batch.high,
            "step_ms": 1e3 * step.median,
            "bottleneck": "data" if _waits(workers, batch, step) else "model",
        }
        for workers, size, batch in loadings
    ]
    columns = (
        Column("workers", "workers", "d"),
        Column("pairs_per_second", "pairs/s", ".1f"),
        Column("frames_per_second", "frames/s", ".1f"),
        Column("batch_ms", "ms a batch", ".1f"),
        Column("quartile_1_ms", "1st quartile", ".1f"),
        Column("quartile_3_ms", "3rd quartile", ".1f"),
        Column("step_ms", "ms a training step", ".1f"),
        Column("bottleneck", "bottleneck"),
    )
    return Table("data_loading", f"Batches of {loadings[0].batch_size} pairs", columns, rows, (_verdict(rows), _NOTE))


def stage_table(stages: Mapping[str, Timing]) -> Table:
    """Lay out what a pair takes in a worker, stage by stage."""
    total = sum(timing.median for timing in stages.values())
    rows: list[dict[str, Cell]] = [
        {
            "stage": name,
            "median_ms": 1e3 * timing.median,
            "quartile_1_ms": 1e3 * timing.low,
            "quartile_3_ms": 1e3 * timing.high,
            "share_percent": 100 * timing.median / total,
        }
        for name, timing in stages.items()
    ]
    columns = (
        Column("stage", "stage"),
        Column("median_ms", "ms a pair", ".2f"),
        Column("quartile_1_ms", "1st quartile", ".2f"),
        Column("quartile_3_ms", "3rd quartile", ".2f"),
        Column("share_percent", "% of all", ".0f"),
    )
    return Table("data_stages", "What a training pair takes, on one thread", columns, rows)


_NOTE = (
    "A batch: from one to the next if nothing is done with them; a step: on a batch that is there already. Without "
    "workers the model always waits for the data. On a CPU, workers and model share the cores that each had alone here."
)


def _waits(workers: int, batch: Timing, step: Timing) -> bool:
    """Tell whether a step would wait for its batch: without workers it always does, and adds the two up."""
    return workers == 0 or batch.median > step.median


def _verdict(rows: Sequence[Mapping[str, Cell]]) -> str:
    enough = [str(row["workers"]) for row in rows if row["bottleneck"] == "model"]
    if enough:
        return f"With workers={' or '.join(enough)} the model is the bottleneck on this machine: the data keep up."
    return "The data are the bottleneck on this machine at every number of workers tried: add workers or processors."
