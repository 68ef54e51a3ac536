"""Tables of training: how fast pairs are made, beside how fast a model trains on them, and what a step takes."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from mpvss.benchmark.loading import Loading
from mpvss.benchmark.timing import Timing
from mpvss.output.table import Cell, Column, Table
from mpvss.training.step_time import StepTime

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
    return Table(
        "data_loading", f"Batches of {loadings[0].batch_size} pairs", columns, rows, (_verdict(rows), _LOADING_NOTE)
    )


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


_LOADING_NOTE = (
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


class Training(NamedTuple):
    """The timed steps of one configuration.

    Attributes:
        backbone: option of the group `backbone`.
        recipe: option of the group `recipe`.
        pairs: where they came from, ``random`` or ``loaded``.
        size: (H, W) of the frames, in pixels.
        precision: the trainer's.
        recomputed: whether activations were computed again in the backward pass.
        batch_size: pairs that were on the device at once.
        steps: of the optimizer.
        peak_bytes: peak of memory meanwhile; None if unknown.
    """

    backbone: str
    recipe: str
    pairs: str
    size: tuple[int, int]
    precision: str
    recomputed: bool
    batch_size: int
    steps: list[StepTime]
    peak_bytes: int | None


def training_table(training: Training) -> Table:
    """Lay out the time of a step, and memory."""
    step = Timing.of([step.seconds for step in training.steps])
    num_pairs = training.steps[0].pairs
    row: dict[str, Cell] = {
        "backbone": training.backbone,
        "recipe": training.recipe,
        "pairs": training.pairs,
        "frame": f"{training.size[0]}x{training.size[1]}",
        "precision": training.precision,
        "activations": "recomputed" if training.recomputed else "kept",
        "step_pairs": num_pairs,
        "batch_pairs": training.batch_size,
        "pairs_per_second": num_pairs / step.median,
        "step_ms": 1e3 * step.median,
        "quartile_1_ms": 1e3 * step.low,
        "quartile_3_ms": 1e3 * step.high,
        "peak_MiB": None if training.peak_bytes is None else training.peak_bytes / 2**20,
    }
    columns = (
        Column("backbone", "backbone"),
        Column("recipe", "recipe"),
        Column("pairs", "pairs"),
        Column("frame", "frame"),
        Column("precision", "precision"),
        Column("activations", "activations"),
        Column("step_pairs", "a step", "d"),
        Column("batch_pairs", "at once", "d"),
        Column("pairs_per_second", "pairs/s", ".2f"),
        Column("step_ms", "ms a step", ".0f"),
        Column("quartile_1_ms", "1st quartile", ".0f"),
        Column("quartile_3_ms", "3rd quartile", ".0f"),
        Column("peak_MiB", "peak MiB", ".0f"),
    )
    return Table("training", f"Training steps, {len(training.steps)} of them", columns, [row], (_MEMORY,))


def step_table(training: Training) -> Table:
    """Lay out what the parts of a step take."""
    total = StepTime.total(training.steps)
    rows: list[dict[str, Cell]] = []
    for part, name in _PARTS.items():
        timing = Timing.of([getattr(step, part) for step in training.steps])
        rows.append(
            {
                "part": name,
                "median_ms": 1e3 * timing.median,
                "quartile_1_ms": 1e3 * timing.low,
                "quartile_3_ms": 1e3 * timing.high,
                "share_percent": 100 * total.share(part),
            }
        )
    columns = (
        Column("part", "part"),
        Column("median_ms", "ms a step", ".1f"),
        Column("quartile_1_ms", "1st quartile", ".1f"),
        Column("quartile_3_ms", "3rd quartile", ".1f"),
        Column("share_percent", "% of all", ".1f"),
    )
    return Table("training_parts", "What a training step takes", columns, rows, (_NOTE,))


_PARTS = {
    "data_wait": "data wait",
    "forward": "forward, without matching",
    "matching": "matching",
    "assignment": "- assignment (host)",
    "backward": "backward",
    "optimizer": "optimizer",
}
_MEMORY = (
    "Peak memory: on a GPU of the tensors there, on the CPU of the whole process; gradients and optimizer included."
)
_NOTE = (
    "Shares are of all timed steps together. Random pairs are there already, so that their data wait is no more than "
    "the copy to the device; pairs=loaded has the loader's. On a GPU, its own time: the assignment is what it waits "
    "for the host, copies included."
)
