"""What pages point at is there."""

import re

import pytest
from fixtures.pages import PAGES, ROOT, text_of


def names(page):
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=names)
def test_every_link_leads_somewhere(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", text_of(page)):
        path, _, heading = target.partition("#")
        if "://" in target or page.suffix == ".ipynb":
            continue
        file = page.parent / path if path else page
        assert file.exists(), target
        if heading:
            assert heading in headings(file), target


@pytest.mark.parametrize("page", PAGES, ids=names)
def test_every_file_that_a_page_names_is_there(page):
    for file in re.findall(r"`((?:src|conf|tests)/[\w/]+\.(?:py|yaml))`", text_of(page)):
        assert "NAME" in file or (ROOT / file).is_file(), file


def headings(file):
    titles = re.findall(r"^#+ (.*)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}
