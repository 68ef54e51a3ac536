"""The options that the page of options lists, and that configurations choose, are those that there are."""

import re

import pytest
from fixtures.pages import CONF, ROOT

OPTIONS = {folder.name: {file.stem for file in folder.glob("*.yaml")} for folder in CONF.iterdir() if folder.is_dir()}
FILES = sorted(CONF.glob("*.yaml"))
DEFAULT = re.compile(r"^  - (?:override )?([\w/]+): *(\w+)", re.MULTILINE)
"""A line of a defaults list: group, option."""


def defaults(file):
    """The groups of ours in a file's defaults list, each with its option."""
    return [found for found in DEFAULT.findall(file.read_text(encoding="utf-8")) if not found[0].startswith("hydra/")]


def test_the_page_of_options_lists_every_group_and_option():
    page = (ROOT / "docs" / "options.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \|", page, re.MULTILINE)
    assert {group: set(re.findall(r"`(\w+)`", options)) for group, options in rows} == OPTIONS


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_default_is_an_option(file):
    for group, option in defaults(file):
        assert option == "null" or option in OPTIONS[group]
