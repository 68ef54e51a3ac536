"""What an evaluation has done so far, on disk, so that it can go on after an interruption."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import torch

from mpvss.evaluation.method_run import MethodRun
from mpvss.output.atomic import replacing

FILE_NAME = "evaluation.pt"
_FORMAT = 2


class EvaluationProgress:
    """Keep the scores as they were after the last finished video; used as a context manager.

    They are written every `every` seconds, when the context ends with an error, Ctrl-C included, and never half. When
    it ends well, nothing is left of them. Scores are sums of whole numbers, so what is resumed ends as what was never
    interrupted.

    Attributes:
        done: numbers of the finished videos, or batches of pairs.

    Args:
        folder: of the run.
        setting: what the scores depend on, by name; an evaluation with another cannot be resumed.
        every: seconds.
        process: number of this process, which keeps a file of its own.
    """

    def __init__(self, folder: str | Path, setting: Mapping[str, str], every: float, process: int = 0) -> None:
        self._name = FILE_NAME if process == 0 else FILE_NAME.replace(".", f"-{process}.")
        self._path = Path(folder) / self._name
        self._setting = dict(setting)
        self._every = every
        self._written = time.monotonic()
        self._latest: dict[str, Any] | None = None  # what is to be written
        self.done: list[int] = []

    def __enter__(self) -> "EvaluationProgress":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._path.unlink(missing_ok=True)
        elif self._latest:
            self._write()

    def resume(self, folder: str | Path, runs: Sequence[MethodRun]) -> None:
        """Take over what an interrupted evaluation had done.

        Raises:
            FileNotFoundError: if it left nothing.
            ValueError: if it was another evaluation, which names what differs, or one of an earlier version.
        """
        path = Path(folder) / self._name
        if not path.is_file():
            raise FileNotFoundError(
                f"No evaluation to resume: there is no {path}. Give the folder of a run that was interrupted after its "
                "first videos; one that ended leaves results.json instead."
            )
        noted = torch.load(path, weights_only=True)
        if noted.get("format") != _FORMAT:
            raise ValueError(f"{path} was written by an earlier version, which did not count key frames. Start anew.")
        keys = sorted(noted["setting"].keys() | self._setting.keys())
        lines = [
            f"  {key}: {noted['setting'].get(key)} there, {self._setting.get(key)} here"
            for key in keys
            if noted["setting"].get(key) != self._setting.get(key)
        ]
        if lines:
            raise ValueError("\n".join([f"{path} is of another evaluation:", *lines, "Repeat its command."]))
        self.done = noted["done"]
        for run, state in zip(runs, noted["states"], strict=True):
            run.restore(state)

    def finish(self, unit: int, runs: Sequence[MethodRun]) -> None:
        """Note that a video, or a batch of pairs, is finished."""
        self.done.append(unit)
        states = [run.state() for run in runs]
        self._latest = {"format": _FORMAT, "setting": self._setting, "done": [*self.done], "states": states}
        if time.monotonic() - self._written >= self._every:
            self._write()

    def _write(self) -> None:
        with replacing(self._path) as partial:
            torch.save(self._latest, partial)
        self._written = time.monotonic()
