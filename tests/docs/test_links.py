"""What pages point at is there."""

import re

import pytest
from fixtures.pages import PAGES, ROOT, text_of

NOT_YET = ("src/mpvss/data/sources/source.py", "src/mpvss/propagation/propagator.py")
"""Files that are on their way."""


def names(page):
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=names)
def test_every_link_leads_somewhere(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", text_of(page)):
        path, _, heading = target.partition("#")
        if "://" in target or page.suffix == ".ipynb":
            continue
        file = page.parent / path if path else page
        assert file.exists() or file.resolve().relative_to(ROOT).as_posix() in NOT_YET, target
        if heading:
            assert heading in headings(file), target


@pytest.mark.parametrize("page", PAGES, ids=names)
def test_every_file_that_a_page_names_is_there(page):
    for file in re.findall(r"`((?:src|conf|tests)/[\w/]+\.(?:py|yaml))`", text_of(page)):
        assert "NAME" in file or file in NOT_YET or (ROOT / file).is_file(), file


def headings(file):
    titles = re.findall(r"^#+ (.*)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}
