"""The Python on the pages that needs a model is run on a small one and a short video."""

import shutil

import pytest
from fixtures.pages import PAGES, blocks, text_of

BLOCKS = [
    pytest.param(block, id=page.stem)
    for page in PAGES
    for block in blocks(text_of(page), "python")
    if "mpvss.load" in block
]


@pytest.mark.parametrize("block", BLOCKS)
def test_what_uses_a_model_runs(block, checkpoint, make_video, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copy(checkpoint, "best.ckpt")
    make_video(tmp_path / "in.mp4", num_frames=7, size=(48, 72))
    exec(compile(block, "a page", "exec"), {"__name__": "a_page"})
    assert (tmp_path / "out.mp4").stat().st_size > 0


def test_there_is_such_a_block_in_the_readme():
    assert [block.id for block in BLOCKS] == ["README", "your-video"]
