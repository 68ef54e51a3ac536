"""What the pages tell people to type is accepted as it stands there."""

import ast

import pytest
from fixtures.pages import PAGES, ROOT, blocks, commands_of, composed, text_of
from hydra.errors import HydraException

from mpvss.commands.command_table import COMMANDS as COMMAND_TABLE

COMMANDS = list(dict.fromkeys(command for page in PAGES for command in commands_of(page)))
PYTHON = [
    pytest.param(block, id=f"{page.stem}-{number}")
    for page in PAGES
    for number, block in enumerate(blocks(text_of(page), "python"))
]
NEEDS_A_MODEL = "mpvss.load"
"""Run in tests/e2e/test_pages.py."""


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_accepted(command):
    assert composed(command)


@pytest.mark.parametrize(
    "command",
    [
        "train backbone=swin_x",
        "train interval=5 weather=3",
        "train data.speeed=1",
        "train experiment=table_f",
        "eval cost=table_f",
    ],
)
def test_what_does_not_exist_is_not_accepted(command):
    with pytest.raises(HydraException):
        composed(command)


@pytest.mark.parametrize("command", ["weather interval=5", "train interval=2,5"])
def test_unknown_commands_and_sweeps_without_m_are_not_accepted(command):
    with pytest.raises(AssertionError):
        composed(command)


def test_the_pages_show_every_command():
    shown = {command.split()[0] for command in COMMANDS}
    assert shown == {command.config for command in COMMAND_TABLE.values()}


@pytest.mark.parametrize("block", PYTHON)
def test_every_block_of_python_runs(block):
    code = compile(block, "a page", "exec")
    if NEEDS_A_MODEL not in block:
        exec(code, {"__name__": "a_page"})


def test_the_readme_shows_five_lines_of_python():
    (block,) = blocks((ROOT / "README.md").read_text(encoding="utf-8"), "python")
    assert len(ast.parse(block).body) == 4
