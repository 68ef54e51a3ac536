"""The files of a data set, in a folder or still in the zip that was downloaded."""

import os
import zipfile
import zlib
from pathlib import Path
from typing import Protocol

from mpvss.data.sources.open_files import OpenFiles


class FileTree(Protocol):
    """Files by name, with ``/`` between folders."""

    def names(self, folder: str) -> list[str]:
        """Return the names of all files in a folder and below, sorted, each beginning with the folder's."""

    def read(self, name: str) -> bytes:
        """Return the content of a file."""

    def where(self, name: str) -> str:
        """Return the place of a file, for a message."""


def find_tree(root: Path, part: str, zips: tuple[str, ...]) -> FileTree | None:
    """Find a part of a data set: a folder of that name, else a zip that holds such a folder.

    Args:
        root: folder of the data set.
        part: name of the part's folder; names in the tree begin with it.
        zips: names that the zip may have.

    Returns:
        The tree; None if there is neither.
    """
    if (root / part).is_dir():
        return FolderTree(root)
    return next((ZipTree(root / name) for name in zips if (root / name).is_file()), None)


class FolderTree:
    """Files below a folder.

    Args:
        root: the folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def names(self, folder: str) -> list[str]:
        """Return the names of all files in a folder and below, sorted."""
        names = []
        for place, _, files in os.walk(self.root / folder):
            prefix = Path(place).relative_to(self.root).as_posix()
            names += [f"{prefix}/{file}" for file in files]
        return sorted(names)

    def read(self, name: str) -> bytes:
        """Return the content of a file.

        Raises:
            FileNotFoundError: if there is none.
        """
        path = self.root / name
        if not path.is_file():
            raise FileNotFoundError(f"{path} is missing. Restore it: unpack or download it again.")
        return path.read_bytes()

    def where(self, name: str) -> str:
        """Return the place of a file."""
        return str(self.root / name)


class ZipTree:
    """Files in a zip, read without unpacking it; each process opens the zip for itself.

    Args:
        path: of the zip.

    Raises:
        ValueError: if it is no zip, or one that was cut short.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._zips = OpenFiles(_open_zip, most=1)
        self._names = sorted(name for name in self._zips(path).namelist() if not name.endswith("/"))

    def names(self, folder: str) -> list[str]:
        """Return the names of all files in a folder and below, sorted."""
        return [name for name in self._names if name.startswith(f"{folder}/")]

    def read(self, name: str) -> bytes:
        """Return the content of a file.

        Raises:
            FileNotFoundError: if there is none.
            ValueError: if it is damaged.
        """
        try:
            return self._zips(self.path).read(name)
        except KeyError:
            raise FileNotFoundError(f"{self.where(name)} is missing. Download the zip again.") from None
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise ValueError(f"{self.where(name)} is damaged ({error}). Download the zip again.") from error

    def where(self, name: str) -> str:
        """Return the place of a file."""
        return f"{self.path}/{name}"


def _open_zip(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except zipfile.BadZipFile as error:
        raise ValueError(
            f"{path} must be a zip as downloaded; got a file of {path.stat().st_size} bytes that is none ({error}). "
            "It may have been cut short: download it again."
        ) from error
