"""Run jobs in processes of their own, and go on where they were interrupted."""

import os
import subprocess
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rich.progress import Progress, TaskID

from mpvss.comparison.plan import CHECKPOINT, Job
from mpvss.evaluation.progress import FILE_NAME as NOTES
from mpvss.output.atomic import replacing
from mpvss.output.progress import progress_bar

_OVERRIDES = "overrides.txt"


def run(jobs: Sequence[Job], program: Sequence[str], at_a_time: int) -> None:
    """Run the jobs that are not complete, several at a time.

    A run works in ``<folder>.partial``, which takes the folder's name at its end, so that an interrupted comparison
    goes on where it was: the interrupted training from its last checkpoint, the evaluation from its last video. What a
    run prints goes to ``log.txt`` in its folder, its overrides to ``overrides.txt``.

    Args:
        jobs: in an order in which each comes after what it needs.
        program: what runs a command whose name and arguments follow.
        at_a_time: processes; they share the CPU's cores.

    Raises:
        ValueError: if `at_a_time` is less than 1, a folder holds a run with other overrides, or a run fails; ends with
            what it printed last.
    """
    if at_a_time < 1:
        raise ValueError(f"jobs must be at least 1 process at a time; got {at_a_time}.")
    for job in jobs:
        _check_overrides(job, job.folder)
        _check_overrides(job, _partial(job))
    waiting = [job for job in jobs if not job.folder.is_dir()]
    with progress_bar("runs") as bar, ThreadPoolExecutor(at_a_time) as pool:
        task = bar.add_task("comparison", total=len(jobs), completed=len(jobs) - len(waiting))
        while waiting:
            ready = [job for job in waiting if all(folder.is_dir() for folder in job.needs)]
            _run_all(ready, program, at_a_time, pool, bar, task)
            waiting = [job for job in waiting if job not in ready]


def _partial(job: Job) -> Path:
    return job.folder.with_name(f"{job.folder.name}.partial")


def _check_overrides(job: Job, folder: Path) -> None:
    """Refuse a run of another definition that goes by the same name."""
    file = folder / _OVERRIDES
    if not file.is_file():
        return
    there, here = set(file.read_text(encoding="utf-8").splitlines()), set(_portable(job))
    if there != here:
        raise ValueError(
            f"{folder} is a run with other overrides: there {' '.join(sorted(there - here)) or 'none'}, "
            f"here {' '.join(sorted(here - there)) or 'none'}. Remove the folder, or name another output=FOLDER."
        )


def _portable(job: Job) -> list[str]:
    """The overrides of a job with paths relative to its folder, so that a comparison can be moved."""
    pairs = [override.partition("=") for override in job.overrides]
    return [f"{key}={os.path.relpath(value, job.folder) if os.path.isabs(value) else value}" for key, _, value in pairs]


def _run_all(
    jobs: Iterable[Job], program: Sequence[str], at_a_time: int, pool: ThreadPoolExecutor, bar: Progress, task: TaskID
) -> None:
    threads = max(1, (os.cpu_count() or 1) // at_a_time)
    try:
        for _ in pool.map(lambda job: _run(job, program, threads), jobs):
            bar.advance(task)
    except BaseException:
        pool.shutdown(cancel_futures=True)
        raise


def _run(job: Job, program: Sequence[str], threads: int) -> None:
    partial = _partial(job)
    with replacing(partial / _OVERRIDES) as file:
        file.write_text("\n".join(_portable(job)), encoding="utf-8")
    log = partial / "log.txt"
    command = [*program, job.command, *job.overrides, *_resumption(job), f"hydra.run.dir={partial}"]
    environment = os.environ | {"OMP_NUM_THREADS": str(threads), "OMP_WAIT_POLICY": "passive"}
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, env=environment, check=False)
    if process.returncode:
        last = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-5:])
        raise ValueError(f"{job.command} {' '.join(job.overrides)} failed; see {log}. It ends with:\n{last}")
    partial.rename(job.folder)


def _resumption(job: Job) -> list[str]:
    """The override with which an interrupted run goes on, if it left anything to go on from."""
    partial = _partial(job)
    if job.command == "train" and (partial / CHECKPOINT).is_file():
        return [f"ckpt_path={partial / CHECKPOINT}"]
    return [f"resume={partial}"] if (partial / NOTES).is_file() else []
