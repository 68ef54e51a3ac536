"""The options that pages and comments list are those that there are."""

import itertools
import re

import pytest
from fixtures.pages import CONF, ROOT

OPTIONS = {folder.name: {file.stem for file in folder.glob("*.yaml")} for folder in CONF.iterdir() if folder.is_dir()}
FILES = sorted(CONF.glob("*.yaml"))
DEFAULT = re.compile(r"^  - (?:override )?([\w/]+): *(\w+) *(?:# *(.*))?$", re.MULTILINE)
"""A line of a defaults list: group, option, comment."""


def defaults(file):
    """The groups of ours in a file's defaults list, each with its option and comment."""
    return [found for found in DEFAULT.findall(file.read_text(encoding="utf-8")) if not found[0].startswith("hydra/")]


def listed(comment):
    """The options that a comment lists, up to a colon; braces are spelled out, and what is in parentheses left out."""
    words = re.sub(r"\(.*?\)", "", comment).split(":")[0].replace("|", " ").split()
    return {name for word in words for name in spelled_out(word)}


def spelled_out(word):
    parts = [part.split(",") for part in re.split(r"[{}]", word)]
    return {"".join(chosen) for chosen in itertools.product(*parts)}


def test_braces_are_spelled_out():
    assert listed("demo {a,b}_{c,d} (x) | e: f") == {"demo", "a_c", "a_d", "b_c", "b_d", "e"}


def test_the_page_of_options_lists_every_group_and_option():
    page = (ROOT / "docs" / "options.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \|", page, re.MULTILINE)
    assert {group: set(re.findall(r"`(\w+)`", options)) for group, options in rows} == OPTIONS


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_options_that_comments_list_are_those_that_there_are(file):
    for group, option, comment in defaults(file):
        if comment and len(named := listed(comment) & OPTIONS[group]) > 1:  # else it says something else
            assert listed(comment) == OPTIONS[group], (group, comment, named)
        assert option == "null" or option in OPTIONS[group]


def test_training_lists_the_options_of_every_group_that_has_several():
    several = {group: comment for group, _, comment in defaults(CONF / "train.yaml") if len(OPTIONS[group]) > 1}
    assert several
    assert {group: listed(comment) for group, comment in several.items()} == {
        group: OPTIONS[group] for group in several
    }
