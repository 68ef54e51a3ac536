"""Tables of what was measured: costs, speed, how fast pairs are made, and what a training step takes."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from mpvss.benchmark.costs import CLIP_LENGTH
from mpvss.benchmark.loading import Loading
from mpvss.benchmark.measurement import Measurement, Setting
from mpvss.benchmark.timing import TIMED, Speed, Timing
from mpvss.evaluation import CONVENTION
from mpvss.output.table import Cell, Column, Table
from mpvss.training.step_time import StepTime

_KEY_FRAME = (
    Column("backbone", "backbone"),
    Column("data", "data"),
    Column("classes", "classes", "d"),
    Column("frame", "frame"),
)
_SETTING = (
    Column("propagation", "propagation"),
    Column("flow", "flow"),
    *_KEY_FRAME,
    Column("interval", "interval", "d"),
)


def cost_table(measurements: Sequence[Measurement]) -> Table:
    """Lay out parameters and multiply-accumulates, one row per setting whose costs were counted."""
    rows: list[dict[str, Cell]] = [
        {
            **_setting_cells(setting),
            "segmentor_M": costs.segmentor_parameters / 1e6,
            "flow_M": costs.flow_parameters / 1e6,
            "other_M": costs.other_parameters / 1e6,
            "all_M": costs.parameters / 1e6,
            "key_GMACs": costs.key_macs / 1e9,
            "non_key_GMACs": costs.non_key_macs / 1e9,
            "clip_GMACs": costs.clip_macs / 1e9,
        }
        for setting, costs, *_ in measurements
        if costs is not None
    ]
    columns = (
        *_SETTING,
        Column("segmentor_M", "segmentor M", ".3f"),
        Column("flow_M", "flow M", ".3f"),
        Column("other_M", "other M", ".3f"),
        Column("all_M", "all M", ".3f"),
        Column("key_GMACs", "key GMACs", ".2f"),
        Column("non_key_GMACs", "non-key GMACs", ".2f"),
        Column("clip_GMACs", f"GMACs of {CLIP_LENGTH}", ".2f"),
    )
    return Table("costs", "Parameters, and multiply-accumulates a frame", columns, rows, (CONVENTION,))


def speed_table(measurements: Sequence[Measurement]) -> Table:
    """Lay out times and memory, several rows per setting that was timed."""
    rows = [row for m in measurements if m.speed is not None for row in _speed_rows(m.setting, m.speed)]
    columns = (
        *_SETTING,
        Column("timed", "timed"),
        Column("median_ms", "ms a frame", ".1f"),
        Column("quartile_1_ms", "1st quartile", ".1f"),
        Column("quartile_3_ms", "3rd quartile", ".1f"),
        Column("frames_per_second", "frames/s", ".2f"),
        Column("peak_MiB", "peak MiB", ".0f"),
    )
    memory = "Peak memory: on a GPU of the tensors there, on the CPU of the whole process."
    return Table("speed", "Time a frame", columns, rows, (TIMED, memory))


def reference_table(measurements: Sequence[Measurement]) -> Table:
    """Lay out comparisons with transformers, a row per part of the key frame."""
    compared = [(m.setting, m.reference) for m in measurements if m.reference is not None]
    rows: list[dict[str, Cell]] = [
        {
            **_key_frame_cells(setting),
            "part": part,
            **_quartiles("ours", ours),
            **_quartiles("transformers", reference.theirs[part]),
            "ratio": reference.theirs[part].median / ours.median,
        }
        for setting, reference in compared
        for part, ours in reference.ours.items()
    ]
    columns = (
        *_KEY_FRAME,
        Column("part", "part"),
        *(
            Column(f"{name}_{key}", head, ".1f")
            for name in ("ours", "transformers")
            for key, head in (("median_ms", f"{name} ms"), ("quartile_1_ms", "1st q."), ("quartile_3_ms", "3rd q."))
        ),
        Column("ratio", "ratio", ".2f"),
    )
    notes = (
        "Same random weights, frame and post-processing, float32, batch 1, timed in turns: medians and quartiles. "
        "Ratio: transformers' median by ours. Parts are timed in rounds of their own; the last one is the same code.",
        *(
            f"{setting.backbone}, {setting.frame}: both give {reference.agreement:.3%} of the pixels the same label."
            for setting, reference in compared
        ),
    )
    return Table("reference", "Key frame: ours and transformers' Mask2Former", columns, rows, notes)


def _quartiles(name: str, timing: Timing) -> dict[str, Cell]:
    return {
        f"{name}_median_ms": 1e3 * timing.median,
        f"{name}_quartile_1_ms": 1e3 * timing.low,
        f"{name}_quartile_3_ms": 1e3 * timing.high,
    }


def _key_frame_cells(setting: Setting) -> dict[str, Cell]:
    return {
        "backbone": setting.backbone,
        "data": setting.data,
        "classes": setting.num_classes,
        "frame": setting.frame,
    }


def _setting_cells(setting: Setting) -> dict[str, Cell]:
    method: dict[str, Cell] = {"propagation": setting.propagation, "flow": setting.flow}
    return method | _key_frame_cells(setting) | {"interval": setting.interval}


def _speed_rows(setting: Setting, speed: Speed) -> list[dict[str, Cell]]:
    timed: dict[str, Timing] = {"key frame": speed.key, "non-key frame": speed.non_key}
    if setting.interval > 1:
        timed[f"non-key frame in a batch of {setting.interval - 1}"] = speed.non_key_batched
    rows: list[dict[str, Cell]] = [
        {
            **_setting_cells(setting),
            "timed": name,
            "median_ms": 1e3 * timing.median,
            "quartile_1_ms": 1e3 * timing.low,
            "quartile_3_ms": 1e3 * timing.high,
            "frames_per_second": 1 / timing.median,
            "peak_MiB": None,
        }
        for name, timing in timed.items()
    ]
    average: dict[str, Cell] = {
        **_setting_cells(setting),
        "timed": f"average of {CLIP_LENGTH} frames, batched",
        "median_ms": 1e3 * speed.clip_seconds,
        "quartile_1_ms": None,
        "quartile_3_ms": None,
        "frames_per_second": 1 / speed.clip_seconds,
        "peak_MiB": None if speed.peak_bytes is None else speed.peak_bytes / 2**20,
    }
    return [*rows, average]


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
