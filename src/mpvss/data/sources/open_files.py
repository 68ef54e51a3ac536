"""Files that stay open between reads, in each process its own."""

import os
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar


class _Closable(Protocol):
    def close(self) -> None: ...


OpenFile = TypeVar("OpenFile", bound=_Closable)


class OpenFiles(Generic[OpenFile]):
    """Opens files when they are first asked for, and keeps the most recently used ones open.

    A process that reads for a DataLoader opens its own: an open file moves with every read, and two processes that
    share one would read each other's place. Copies, by fork or by pickling, therefore start with none open.

    Args:
        open_file: opens a file.
        most: number of files open at a time, at least 1.
    """

    def __init__(self, open_file: Callable[[Path], OpenFile], most: int) -> None:
        self._open_file = open_file
        self._most = most
        self._files: OrderedDict[Path, OpenFile] = OrderedDict()
        self._process = os.getpid()
        self._inherited: OrderedDict[Path, OpenFile] = OrderedDict()

    def __call__(self, path: Path) -> OpenFile:
        """Return the open file."""
        if self._process != os.getpid():
            # Kept, never used: freeing a decoder waits for its threads, which a fork leaves behind.
            self._inherited, self._files = self._files, OrderedDict()
            self._process = os.getpid()
        if path not in self._files:
            self._files[path] = self._open_file(path)
            if len(self._files) > self._most:
                self._files.popitem(last=False)[1].close()
        self._files.move_to_end(path)
        return self._files[path]

    def __getstate__(self) -> dict[str, Any]:  # attributes, whatever they are
        return self.__dict__ | {"_files": OrderedDict(), "_inherited": OrderedDict()}
