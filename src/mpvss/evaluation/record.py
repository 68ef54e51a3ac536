"""The record of an evaluation: one ``results.json`` with everything that made the numbers, read back by reports."""

import json
from pathlib import Path
from typing import Any, NamedTuple

from mpvss.output.atomic import replacing

FILE_NAME = "results.json"
_FORMAT = 1


class MethodResult(NamedTuple):
    """What one method achieved with one key-frame schedule.

    Attributes:
        method: its name in tables and figures, such as ``query_flow``.
        backbone: option of the group `backbone`, and so on for the next two; ``ground_truth`` for the oracle that has
            none, ``stored`` where label maps were scored, whose origin is not known.
        flow: None for methods without.
        propagation: option.
        interval: frames from one key frame to the next; 1 segments every frame; None where it is not fixed.
        checkpoint: the weights' file, or None.
        checkpoint_sha256: of that file.
        scores: percent by name: mIoU, WIoU, pixel_accuracy, mVC8, mVC16 (`official`), mVC8_paper, mVC16_paper;
            undefined ones are absent.
        class_iou: percent by class name; undefined ones are absent.
        drift: mIoU in percent by distance from the key frame, in frames: 0, 1, ... interval - 1; empty where the key
            frames are not known. Without a fixed interval, the last distance stands for larger ones, too.
        key_gmacs: 1e9 multiply-accumulates of a key frame; None where not counted, as for the next two.
        non_key_gmacs: of a non-key frame.
        gmacs: of a frame, averaged over the frames that were segmented; in records from before `key_frames` was kept,
            over an interval.
        parameters: number of the model's weights; 0 without a model.
        frames_per_second: of segmentation alone, as measured while evaluating.
        stages: S of the motion decoder; None without one, and in records from before it was kept.
        schedule: what decided on key frames, such as ``FixedInterval(5)``; None in records from before it was kept.
        key_frames: share of the frames that were key frames, 0..1; None where they are not known, or from before.
    """

    method: str
    backbone: str
    flow: str | None
    propagation: str
    interval: int | None
    checkpoint: str | None
    checkpoint_sha256: str | None
    scores: dict[str, float]
    class_iou: dict[str, float]
    drift: dict[int, float]
    key_gmacs: float | None
    non_key_gmacs: float | None
    gmacs: float | None
    parameters: int
    frames_per_second: float | None
    stages: int | None = None
    schedule: str | None = None
    key_frames: float | None = None

    @property
    def interval_or_schedule(self) -> int | str | None:
        """What tells runs of a method apart: the interval, or the name of another schedule."""
        return self.schedule if self.interval is None else self.interval


class OtherFileError(ValueError):
    """A file is of another kind, and may be passed over where many files are looked through."""


class ResultRecord(NamedTuple):
    """An evaluation: what was scored, on what, by what.

    Attributes:
        data: option of the group `data`.
        split: name of the data set's part.
        num_videos: scored.
        num_frames: scored.
        seed: of the run.
        created: time, ISO 8601 with zone.
        command: as typed.
        code_version: commit, with a mark if the tree had changes; None outside a checkout.
        environment: hardware and package versions.
        config: composed configuration, plain values.
        results: one per method and interval, or other schedule.
    """

    data: str
    split: str
    num_videos: int
    num_frames: int
    seed: int
    created: str
    command: str
    code_version: str | None
    environment: dict[str, Any]  # numbers and strings, as JSON has them
    config: dict[str, Any]  # what Hydra composed
    results: tuple[MethodResult, ...]


def write_record(record: ResultRecord, folder: str | Path) -> Path:
    """Write ``results.json`` into a run's folder, whole or not at all.

    Returns:
        The file.
    """
    path = Path(folder) / FILE_NAME
    content = {"format": _FORMAT, **record._asdict(), "results": [result._asdict() for result in record.results]}
    with replacing(path) as partial:
        partial.write_text(json.dumps(content, indent=2, allow_nan=False) + "\n", encoding="utf-8")
    return path


def read_record(path: str | Path) -> ResultRecord:
    """Read a ``results.json``.

    Args:
        path: the file, or the folder that holds it.

    Raises:
        FileNotFoundError: if there is none.
        OtherFileError: if it holds the tables of a benchmark.
        ValueError: if it is no record of an evaluation, or one of another format.
    """
    path = Path(path)
    path = path / FILE_NAME if path.is_dir() else path
    if not path.is_file():
        raise FileNotFoundError(f"No results at {path}. Give a run's folder that mpvss eval wrote, or its {FILE_NAME}.")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if "tables" in content:
            raise OtherFileError(f"{path} holds the tables of a benchmark, not the record of an evaluation.")
        if "format" not in content:
            raise ValueError("it has no format")
        if content.pop("format") != _FORMAT:
            raise ValueError(f"its format must be {_FORMAT}; evaluate again with this version")
        results = tuple(_result(result) for result in content.pop("results"))
        return ResultRecord(**content, results=results)
    except OtherFileError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{path} is no evaluation's record: {error}. mpvss eval writes them.") from error


def _result(content: dict[str, Any]) -> MethodResult:
    drift = {int(distance): score for distance, score in content.pop("drift").items()}  # JSON's keys are strings
    return MethodResult(**content, drift=drift)
