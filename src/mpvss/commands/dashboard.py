"""Create the project's pages at W&B."""

import json
import os
from pathlib import Path
from typing import NamedTuple

import wandb
from omegaconf import DictConfig
from rich.console import Console

from mpvss.output.atomic import replacing

_NOBODY = "ENTITY"
"""Stands for the account's name where there is no account."""


def main(cfg: DictConfig) -> None:
    """Create them, and say where they are."""
    online, places = create_dashboard(cfg)
    heading = "Created at W&B:" if online else "No W&B account on this machine (`wandb login`). Written instead:"
    Console().print(heading, *places, sep="\n", soft_wrap=True)


class Dashboard(NamedTuple):
    """The pages, workspace and report.

    Attributes:
        online: whether they are at W&B; otherwise they are files that say what would be.
        places: their addresses, or the files.
    """

    online: bool
    places: tuple[str, ...]


def create_dashboard(cfg: DictConfig) -> Dashboard:
    """Create a workspace and a report at W&B; without an account, write what they would be.

    Each call creates new ones; those of earlier calls stay.

    Returns:
        Where they are.

    Raises:
        ValueError: if the account has no default entity, and none is named.
    """
    # W&B's models of pages are many classes, and for this script alone.
    from mpvss.training.dashboard import build_report, build_workspace, specification

    online = os.environ.get("WANDB_MODE", "online") == "online" and wandb.login(prompt=False, verify=False)
    entity = cfg.entity or (wandb.Api().default_entity if online else _NOBODY)
    if entity is None:
        raise ValueError(
            "this W&B account has no default entity. Name the user or team that the pages are for: entity=NAME."
        )
    report, workspace = build_report(entity, cfg.project), build_workspace(entity, cfg.project)
    if online:  # the report goes first, since it creates the project
        return Dashboard(True, tuple(page.save().url for page in (report, workspace)))
    files = []
    for name, page in (("report", report), ("workspace", workspace)):
        files.append(Path(cfg.output) / f"{name}.json")
        with replacing(files[-1]) as partial:
            partial.write_text(json.dumps(specification(page), indent=2) + "\n", encoding="utf-8")
    return Dashboard(False, tuple(map(str, files)))
