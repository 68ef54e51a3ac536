"""Tables of what was measured of models: costs and speed."""

from collections.abc import Sequence

from mpvss.benchmark.costs import CLIP_LENGTH
from mpvss.benchmark.measurement import Measurement, Setting
from mpvss.benchmark.timing import TIMED, Speed, Timing
from mpvss.evaluation import CONVENTION
from mpvss.output.table import Cell, Column, Table

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
