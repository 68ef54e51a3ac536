"""What ``--help`` prints: an example, and what matters most; read from ``conf/``, so that it is what there is."""

import re
import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import yaml

from mpvss import __version__
from mpvss.building.conf_folder import conf_folder
from mpvss.commands.command_table import COMMANDS, GROUPS, Command

_WIDEST = 120
_INDENT = 22
"""Columns before an explanation."""


class Key(NamedTuple):
    """A key of a configuration file.

    Attributes:
        name: dotted.
        value: as the file has it; empty if it takes more than a line, or comes from other keys.
        said: the comment beside it, or else above it.
    """

    name: str
    value: str
    said: str


class Described(NamedTuple):
    """What a configuration file says to a reader.

    Attributes:
        groups: the option that each group has.
        own: the keys of the file itself, without Hydra's.
        inherited: those of the files that it builds on.
    """

    groups: dict[str, str]
    own: dict[str, Key]
    inherited: dict[str, Key]


def overview() -> str:
    """List the commands, a line each."""
    lines = [
        f"mpvss {__version__}: efficient video segmentation by mask propagation.",
        "",
        "  mpvss COMMAND [KEY=VALUE ...]",
        "",
        *(line for command in COMMANDS.values() for line in _entry(command.name, command.summary)),
        "",
        "For example, segment a video with a trained model:",
        "",
        f"  mpvss predict {COMMANDS['predict'].example}",
        "",
        "Help on one of them: mpvss COMMAND --help. The version: mpvss --version.",
    ]
    return "\n".join(lines) + "\n"


def help_of(command: Command) -> str:
    """Say what a command does, with an example, and the groups and keys that matter most."""
    program = f"python {sys.argv[0]}" if sys.argv[0].endswith(".py") else f"mpvss {command.name}"
    described = describe(command.config)
    keys = [key for key in described.own.values() if key.said or "." not in key.name]
    keys += [key for key in described.inherited.values() if key.name.partition(".")[0] in command.keys]
    lines = [f"{command.summary[0].upper()}{command.summary[1:]}.", "", f"  {program} {command.example}".rstrip()]
    if command.groups:
        lines += ["", *_filled("Groups, each set as GROUP=OPTION (in brackets: what a run has by itself):")]
        for group in command.groups:
            lines += _entry(group, f"{GROUPS[group]}: {' '.join(_options(group, described.groups[group]))}")
    if keys:
        lines += ["", *_filled("Keys, each set as KEY=VALUE (beside them: what a run has by itself; ??? must be set):")]
        for key in keys:
            lines += _entry(f"{key.name}={key.value}", key.said)
    lines += [
        "",
        "Every key there is, with its value: --cfg job. A mistyped one is refused.",
        "A sweep over values: -m KEY=VALUE,VALUE. Hydra's own flags: --hydra-help.",
    ]
    return "\n".join(lines) + "\n"


def describe(config: str) -> Described:
    """Read a configuration file of ``conf/`` and those that it builds on.

    Args:
        config: name of the file, without ``.yaml``.
    """
    text = (conf_folder() / f"{config}.yaml").read_text(encoding="utf-8")
    groups: dict[str, str] = {}
    inherited: dict[str, Key] = {}
    for entry in yaml.safe_load(text).get("defaults", []):
        if isinstance(entry, dict):
            ((group, option),) = entry.items()
            groups[group.removeprefix("override ")] = str(option)
        elif entry != "_self_":
            below = describe(entry)
            groups, inherited = groups | below.groups, inherited | below.inherited | below.own
    root = yaml.compose(text)
    assert isinstance(root, yaml.MappingNode)  # our files are no lists
    own = {key.name: key for key in _keys(root, "", text.splitlines())}
    return Described(groups, own, {name: key for name, key in inherited.items() if name not in own})


def _keys(node: yaml.MappingNode, prefix: str, lines: list[str]) -> Iterator[Key]:
    for name, value in node.value:
        if not prefix and name.value in ("defaults", "hydra"):
            continue
        if isinstance(value, yaml.MappingNode) and value.value and not value.flow_style:
            yield from _keys(value, f"{prefix}{name.value}.", lines)
            continue
        is_one_line = value.start_mark.line == value.end_mark.line == name.start_mark.line
        shown = lines[value.start_mark.line][value.start_mark.column : value.end_mark.column] if is_one_line else ""
        shown = "" if "${" in shown else shown
        end = value.end_mark if is_one_line else name.end_mark
        yield Key(prefix + name.value, shown, _comment(lines, name.start_mark.line, end.column))


def _comment(lines: list[str], index: int, column: int) -> str:
    """Read the comment that begins on a line after a column and may go on below, or else the one above the line."""
    beside = re.match(r":?\s*#\s*(.*)", lines[index][column:])
    if beside:
        indent = column + lines[index][column:].index("#")
        below = _run_of_comments(lines[index + 1 :], indent)
        return " ".join([beside[1], *below])
    indent = len(lines[index]) - len(lines[index].lstrip())
    return " ".join(reversed(list(_run_of_comments(reversed(lines[:index]), indent))))


def _run_of_comments(lines: Iterable[str], indent: int) -> Iterator[str]:
    for line in lines:
        if not re.match(rf" {{{indent}}}#", line):
            return
        yield line.strip().removeprefix("#").strip()


def _options(group: str, chosen: str) -> Iterator[str]:
    for file in sorted(_files(group)):
        yield f"[{file.stem}]" if file.stem == chosen else file.stem


def _files(group: str) -> list[Path]:
    return list((conf_folder() / group).glob("*.yaml"))


def _entry(name: str, said: str) -> list[str]:
    filled = _filled(said, " " * _INDENT) or [""]
    first = f"  {name}"
    if len(first) + 2 > _INDENT:
        return [first, *(filled if said else [])]
    return [f"{first:<{_INDENT}}{filled[0].strip()}".rstrip(), *filled[1:]]


def _filled(text: str, indent: str = "") -> list[str]:
    width = min(shutil.get_terminal_size().columns, _WIDEST)
    return textwrap.wrap(
        text, max(width, 60), initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False,
        break_long_words=False,
    )  # fmt: skip
