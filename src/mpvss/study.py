"""A study: methods trained alike under several seeds, evaluated, and laid out in one table."""

import os
import statistics
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from rich.progress import Progress, TaskID

from mpvss.progress import progress_bar
from mpvss.results import MethodResult, read_record
from mpvss.table import Cell, Column, Table

CHECKPOINT = Path("checkpoints", "last.ckpt")
_SCORES = ("mIoU", "WIoU", "mVC8", "mVC16")


class Method(NamedTuple):
    """How a method comes about.

    Attributes:
        train: overrides of its training; None for a method that needs none.
        eval: overrides of its evaluation.
        of: the method whose checkpoint it uses; None for its own or, without a training, the segmentor's.
    """

    train: Sequence[str] | None = None
    eval: Sequence[str] = ()
    of: str | None = None


class Study(NamedTuple):
    """What is trained and evaluated; overrides are those of ``train.py`` and ``eval.py``.

    Attributes:
        shared: of every training.
        segmentor: of the segmentor's training, one per seed.
        recipe: of every method's training, which starts from that segmentor.
        methods: by name, in the order of the table.
        seeds: of training; each trains everything anew.
        interval: of the key frames, in training and evaluation.
    """

    shared: Sequence[str]
    segmentor: Sequence[str]
    recipe: Sequence[str]
    methods: Mapping[str, Method]
    seeds: Sequence[int]
    interval: int


class Job(NamedTuple):
    """One run of a script.

    Attributes:
        script: its file name.
        overrides: its arguments.
        folder: of the run; exists when, and only when, the run is complete.
        needs: folders of runs that must be complete before.
    """

    script: str
    overrides: tuple[str, ...]
    folder: Path
    needs: tuple[Path, ...] = ()


def plan(study: Study, output: Path) -> list[Job]:
    """List the runs of a study, each after those that it needs.

    Args:
        study: what to run.
        output: folder of all runs: ``seed<s>/segmentor``, ``seed<s>/<method>`` and ``seed<s>/<method>-eval``.

    Raises:
        ValueError: if a method is evaluated with the checkpoint of one that has none.
    """
    jobs = []
    for seed in study.seeds:
        root = output / f"seed{seed}"
        segmentor = root / "segmentor"
        common = (*study.shared, f"seed={seed}", f"interval={study.interval}")
        jobs.append(Job("train.py", (*common, *study.segmentor), segmentor))
        for name, method in study.methods.items():
            if method.train is not None:
                start = f"segmentor.weights={segmentor / CHECKPOINT}"
                jobs.append(Job("train.py", (*common, *study.recipe, start, *method.train), root / name, (segmentor,)))
        for name, method in study.methods.items():
            trained = root / _source(study, name)
            overrides = (
                f"ckpt_path={trained / CHECKPOINT}",
                f"interval={study.interval}",
                f"seed={seed}",
                f"table={output / 'results.csv'}",
            )
            jobs.append(Job("eval.py", (*overrides, *method.eval), root / f"{name}-eval", (trained,)))
    return jobs


def run(jobs: Sequence[Job], scripts: Path, at_a_time: int) -> None:
    """Run the jobs that are not complete, several at a time.

    A run works in ``<folder>.partial``, which takes the folder's name at its end, so that an interrupted study goes on
    where it was. What a run prints goes to ``log.txt`` in its folder.

    Args:
        jobs: in an order in which each comes after what it needs.
        scripts: folder of the scripts.
        at_a_time: processes; they share the CPU's cores.

    Raises:
        ValueError: if `at_a_time` is less than 1, or a run fails; ends with what it printed last.
    """
    if at_a_time < 1:
        raise ValueError(f"jobs must be at least 1 process at a time; got {at_a_time}.")
    waiting = [job for job in jobs if not job.folder.is_dir()]
    with progress_bar("runs") as bar, ThreadPoolExecutor(at_a_time) as pool:
        task = bar.add_task("study", total=len(jobs), completed=len(jobs) - len(waiting))
        while waiting:
            ready = [job for job in waiting if all(folder.is_dir() for folder in job.needs)]
            _run_all(ready, scripts, at_a_time, pool, bar, task)
            waiting = [job for job in waiting if job not in ready]


def table_of(study: Study, output: Path) -> Table:
    """Lay out the records of a complete study: one row per method, mean and standard deviation over seeds."""
    rows: dict[str, dict[str, Cell]] = {}
    for name in study.methods:
        records = [read_record(output / f"seed{seed}" / f"{name}-eval") for seed in study.seeds]
        rows[name] = _row(name, [result for record in records for result in record.results])
    for name, row in rows.items():
        row["gap_closed_percent"] = _gap_closed(name, rows)
    columns = [Column("method", "method"), Column("interval", "interval", "d")]
    for score in _SCORES:
        columns += [Column(score, score, ".1f"), Column(f"{score}_deviation", "+-", ".1f")]
    columns += [Column("gap_closed_percent", "gap closed %", ".0f"), Column("GMACs", "GMACs / frame", ".3f")]
    seeds = ", ".join(map(str, study.seeds))
    notes = (
        f"Mean and standard deviation over seeds {seeds}, each with its own segmentor. Gap closed: of mIoU "
        "between copy and per_frame. mVC as the official script has it.",
    )
    return Table(
        "comparison", f"Methods trained alike, interval {study.interval}", tuple(columns), list(rows.values()), notes
    )


def _source(study: Study, name: str) -> str:
    """Return the name of the run whose checkpoint a method is evaluated with."""
    method = study.methods[name]
    if method.of is None:
        return "segmentor" if method.train is None else name
    if method.of not in study.methods or study.methods[method.of].train is None:
        trained = [other for other, one in study.methods.items() if one.train is not None]
        raise ValueError(f"methods.{name}.of must be a trained method, one of {', '.join(trained)}; got {method.of}.")
    return method.of


def _run_all(
    jobs: Iterable[Job], scripts: Path, at_a_time: int, pool: ThreadPoolExecutor, bar: Progress, task: TaskID
) -> None:
    threads = max(1, (os.cpu_count() or 1) // at_a_time)
    try:
        for _ in pool.map(lambda job: _run(job, scripts, threads), jobs):
            bar.advance(task)
    except BaseException:
        pool.shutdown(cancel_futures=True)
        raise


def _run(job: Job, scripts: Path, threads: int) -> None:
    partial = job.folder.with_name(f"{job.folder.name}.partial")
    partial.mkdir(parents=True, exist_ok=True)
    log = partial / "log.txt"
    command = [sys.executable, str(scripts / job.script), *job.overrides, f"hydra.run.dir={partial}"]
    environment = os.environ | {"OMP_NUM_THREADS": str(threads), "OMP_WAIT_POLICY": "passive"}
    with log.open("w", encoding="utf-8") as file:
        process = subprocess.run(command, stdout=file, stderr=subprocess.STDOUT, env=environment, check=False)
    if process.returncode:
        last = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-5:])
        raise ValueError(f"{job.script} {' '.join(job.overrides)} failed; see {log}. It ends with:\n{last}")
    partial.rename(job.folder)


def _row(name: str, results: Sequence[MethodResult]) -> dict[str, Cell]:
    row: dict[str, Cell] = {"method": name, "interval": results[0].interval, "GMACs": results[0].gmacs}
    for score in _SCORES:
        values = [result.scores[score] for result in results if score in result.scores]
        row[score] = statistics.fmean(values) if values else None
        row[f"{score}_deviation"] = statistics.stdev(values) if len(values) > 1 else None
    return row


def _gap_closed(name: str, rows: Mapping[str, Mapping[str, Cell]]) -> float | None:
    """Return how far a method gets from copying towards segmenting every frame, percent of mIoU."""
    scores = [rows[row]["mIoU"] for row in (name, "copy", "per_frame") if row in rows]
    match scores:
        case [float(score), float(copy), float(per_frame)] if copy != per_frame:
            return 100 * (score - copy) / (per_frame - copy)
    return None
