"""Files stay open, not too many of them, and no two processes share one."""

import os
import pickle
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from mpvss.data.sources.open_files import OpenFiles


@dataclass
class _File:
    path: Path
    process: int = field(default_factory=os.getpid)
    closed: bool = False

    def close(self) -> None:
        self.closed = True


def test_a_file_is_opened_once():
    files = OpenFiles(_File, most=2)
    assert files(Path("a")) is files(Path("a"))


def test_the_least_recently_used_file_is_closed():
    files = OpenFiles(_File, most=2)
    first, second = files(Path("a")), files(Path("b"))
    files(Path("a"))
    files(Path("c"))
    assert (first.closed, second.closed) == (False, True)
    assert files(Path("b")) is not second


def test_a_copy_has_none_open():
    files = OpenFiles(_File, most=2)
    first = files(Path("a"))
    assert pickle.loads(pickle.dumps(files))(Path("a")) is not first


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are not forked here")
def test_a_forked_process_opens_its_own_and_leaves_those_of_the_first_alone():
    freed = []

    class Decoder(_File):
        def __del__(self) -> None:
            freed.append(self.path)

    files = OpenFiles(Decoder, most=1)
    files(Path("a"))
    child = os.fork()
    if not child:
        own = files(Path("a")).process == os.getpid()
        os._exit(0 if own and not freed else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert files(Path("a")).process == os.getpid()
