"""Look through a data set for what is wrong with it."""

import contextlib
import logging
import sys
from pathlib import Path
from typing import NamedTuple

from hydra.utils import instantiate
from omegaconf import DictConfig
from rich.console import Console

from mpvss.building.run import class_of, scores_flow
from mpvss.commands.devices import num_cores
from mpvss.data import BAD_CLIPS, Inspector, Kind, PairDraw, Problem, open_inspector, write_bad_clips
from mpvss.data.health.class_histogram import draw_class_histogram
from mpvss.data.health.clip_findings import walk
from mpvss.data.health.findings import Finding, bad_clips, findings
from mpvss.data.health.samples import draw_samples
from mpvss.data.health.tables import class_shares, class_table, kind_table, problem_table, split_table
from mpvss.output.atomic import replacing
from mpvss.output.table import Table, csv_text, render

log = logging.getLogger(__name__)

_PIPE_WIDTH = 160
_SHOWN = 100
"""How many findings are printed."""


def main(cfg: DictConfig) -> None:
    """Check, say what was found, and exit with status 1 if something is wrong."""
    check = check_data(cfg)
    console = Console(width=None if sys.stdout.isatty() else _PIPE_WIDTH)
    for finding in sorted(check.findings, key=lambda finding: finding.problem.is_note)[:_SHOWN]:
        sys.stdout.write(f"{finding}\n")
    if len(check.findings) > _SHOWN:
        sys.stdout.write(f"... and {len(check.findings) - _SHOWN} more, in problems.csv\n")
    for table in check.tables:
        console.print(render(table))
    notes = len(check.findings) - check.num_errors
    console.print(f"{check.num_errors} errors, {notes} notes. Tables and pictures: {cfg.paths.output}", soft_wrap=True)
    if check.num_errors:
        console.print(f"Clips that cannot be used as they are: {check.num_bad_clips}, listed in bad_clips.txt there.")
        sys.exit(1)


class DataCheck(NamedTuple):
    """What a check found.

    Attributes:
        tables: what is in the data, and what is wrong with it by kind.
        findings: every problem.
        num_errors: those that are not mere notes.
        num_bad_clips: clips that ``data.skip_bad_clips=true`` leaves out.
    """

    tables: list[Table]
    findings: list[Finding]
    num_errors: int
    num_bad_clips: int


def check_data(cfg: DictConfig) -> DataCheck:
    """Read every frame of the configured splits, and write what was found into the run's folder.

    There: ``problems.csv``, ``splits.csv``, ``classes.csv``, ``class_histogram.png``, ``contact_sheet.png`` and
    ``bad_clips.txt``. Where the data can skip bad clips, that list is also written beside it.

    Raises:
        FileNotFoundError: if there is no such data set.
        ValueError: if none of its splits can be opened.
    """
    inspectors, train_split, unusable = _open_splits(cfg)
    reports = walk(inspectors, num_cores() if cfg.num_workers is None else cfg.num_workers)
    draw: type[PairDraw] = class_of(cfg.data.pairs)
    found = [*unusable, *findings(inspectors, reports, train_split, draw.needs_two_frames)]
    classes = next(iter(inspectors.values())).classes
    shares = class_shares(reports, classes)
    splits = split_table(cfg.data.name, reports, classes)
    folder = Path(cfg.paths.output)
    for table in (problem_table(found), splits, class_table(shares, classes)):
        with replacing(folder / f"{table.name}.csv") as partial:
            partial.write_text(csv_text(table), encoding="utf-8", newline="")
    draw_class_histogram(shares, classes, cfg.data.name, folder / "class_histogram.png")
    draw_samples(inspectors, reports, folder / "contact_sheet.png")
    bad = bad_clips(found)
    _store(bad, cfg)
    tables = [splits, kind_table(found)] if found else [splits]
    return DataCheck(tables, found, sum(not finding.problem.is_note for finding in found), len(bad))


def _open_splits(cfg: DictConfig) -> tuple[dict[str, Inspector], str, list[Finding]]:
    """Open what the run would train on and score on, and the test split where there is one."""
    if scores_flow(cfg):
        raise ValueError(
            f"Labelled videos can be checked; data={cfg.data.name} has pairs for flow. "
            "Set data to an option that has videos, such as data=vspw or data=clips."
        )
    nodes = cfg.data.source
    sources = {role: instantiate(nodes[role], _partial_=True) for role in ("train", "val")}
    inspectors: dict[str, Inspector] = {}
    errors: dict[str, ValueError | FileNotFoundError] = {}
    names = {role: source.keywords.get("split", role) for role, source in sources.items()}
    for role, source in sources.items():
        if names[role] is None:  # there is no validation
            continue
        try:
            inspectors[names[role]] = open_inspector(source)
        except (ValueError, FileNotFoundError) as error:
            errors[names[role]] = error
    if not inspectors:
        raise next(iter(errors.values()))
    if "split" in nodes.val and cfg.test_split not in names.values():
        source = instantiate(nodes.val, _partial_=True, split=cfg.test_split)
        with contextlib.suppress(FileNotFoundError):
            inspectors[cfg.test_split] = open_inspector(source, needs_labels=False)
    unusable = [
        Finding(split, "", Problem(Kind.UNUSABLE_SPLIT, split, f"cannot be opened: {error}"))
        for split, error in errors.items()
    ]
    return inspectors, names["train"], unusable


def _store(bad: dict[tuple[str, str], str], cfg: DictConfig) -> None:
    ours = Path(cfg.paths.output) / BAD_CLIPS
    write_bad_clips(ours, bad)
    if "skip_bad_clips" not in cfg.data:
        return
    beside = Path(cfg.data.root).expanduser() / BAD_CLIPS
    try:
        write_bad_clips(beside, bad)
    except OSError as error:
        log.warning("%s cannot be written (%s): set data.skip_bad_clips=%s instead of true", beside, error, ours)
