"""Train methods alike and compare them."""

import sys
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import InterpolationToMissingValueError
from rich.console import Console

from mpvss.comparison import Comparison, TrainedMethod, plan, run, table_of
from mpvss.output.atomic import replacing
from mpvss.output.table import Table, csv_text, markdown_text, render

_PROGRAM = (sys.executable, "-c", f"import sys; sys.path[:] = {sys.path}; from mpvss.commands.main import main; main()")
"""``mpvss`` of this very installation or checkout."""


def main(cfg: DictConfig) -> None:
    """Run what is missing and print the table."""
    table = compare(cfg)
    console = Console(width=max(140, Console().width))  # a narrow terminal breaks lines, which beats cut numbers
    console.print(render(table))
    console.print(f"Checkpoints, records and {cfg.table}.csv: {cfg.output}", soft_wrap=True)
    console.print(f"Beside the paper's numbers: mpvss report {cfg.output}", soft_wrap=True)


def compare(cfg: DictConfig) -> Table:
    """Run what a comparison lacks, and write its table beside the runs.

    Returns:
        Scores by method.

    Raises:
        ValueError: if the comparison is not well defined, or one of its runs fails.
    """
    comparison = comparison_of(cfg)
    output = Path(cfg.output).absolute()
    run(plan(comparison, output), _PROGRAM, cfg.jobs)
    table = table_of(comparison, output)
    for suffix, text in ((".csv", csv_text(table)), (".md", markdown_text(table))):
        with replacing(output / f"{cfg.table}{suffix}") as partial:
            partial.write_text(text, encoding="utf-8", newline="")
    return table


def comparison_of(cfg: DictConfig) -> Comparison:
    """Read what a configuration wants compared.

    Raises:
        ValueError: if the paper's recipe is to be followed, and its FlowNetS is not named.
    """
    cfg = cfg.copy()
    if not OmegaConf.is_missing(cfg, "flownet") and cfg.flownet is None:
        cfg.flownet = "null"  # as an override spells it
    try:
        content: Any = OmegaConf.to_container(cfg.comparison, resolve=True, throw_on_missing=True)  # a dict
    except InterpolationToMissingValueError as error:
        raise ValueError(
            f"comparison={cfg.table} needs flownet=FILE, which experiment=pretrain_flow data=flying_chairs trains. "
            "To start flow from nothing, which is not the paper's recipe: flownet=null."
        ) from error
    methods = {name: TrainedMethod(**entry) for name, entry in content.pop("methods").items()}
    lists = {key: list(cfg[key]) for key in ("seeds", "intervals", "backbones")}
    return Comparison(**content, **lists, methods=methods, interval=cfg.interval, weights=dict(cfg.weights or {}))
