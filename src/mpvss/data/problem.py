"""What can be wrong with a data set's files."""

from enum import StrEnum
from pathlib import Path
from typing import NamedTuple


class Kind(StrEnum):
    """Kinds of problems, as reports count them."""

    UNUSABLE_SPLIT = "split that cannot be opened"
    DUPLICATE_ENTRY = "clip listed twice"
    LEAK = "clip to train on in another split"
    UNLISTED_CLIP = "clip in no split"
    MISSING_FOLDER = "clip without folder"
    NO_FRAMES = "clip without frames"
    ONE_FRAME = "clip of one frame"
    UNLABELLED_CLIP = "clip without masks"
    MISSING_MASK = "frame without mask"
    MISSING_FRAME = "mask without frame"
    DOUBLE_FRAME = "frame in two files"
    WRONG_ORDER = "frames out of order"
    NUMBERING_GAP = "gap in frame numbers"
    EMPTY_FILE = "empty file"
    UNREADABLE = "unreadable file"
    WRONG_FORMAT = "wrong bit depth or channels"
    WRONG_SIZE = "frame and mask differ in size"
    CHANGING_SIZE = "frames of a clip differ in size"
    UNKNOWN_LABEL = "unknown label"


_ABSENCES = {Kind.MISSING_FOLDER, Kind.NO_FRAMES, Kind.MISSING_MASK, Kind.MISSING_FRAME}


class Problem(NamedTuple):
    """One thing that is wrong, or only worth knowing.

    Attributes:
        kind: for counting.
        file: where; a folder, if none of its files is to blame.
        text: what was expected and what came, as the rest of a sentence that begins with the file.
        is_note: whether the data can be used as it is.
    """

    kind: Kind
    file: str
    text: str
    is_note: bool = False

    @property
    def severity(self) -> str:
        """``note`` or ``error``."""
        return "note" if self.is_note else "error"

    def __str__(self) -> str:
        return f"{self.file} {self.text}"

    def error(self, advice: str) -> ValueError | FileNotFoundError:
        """Return the exception that reports it.

        Args:
            advice: sentences that say what to do next.
        """
        return (FileNotFoundError if self.kind in _ABSENCES else ValueError)(f"{self}. {advice}")


class DamagedFileError(ValueError):
    """A file that cannot be used.

    Attributes:
        problem: what is wrong with it.

    Args:
        problem: likewise.
        advice: sentences that say what to do next.
    """

    def __init__(self, problem: Problem, advice: str) -> None:
        super().__init__(f"{problem}. {advice}")
        self.problem = problem


def empty_file(path: Path) -> Problem:
    """Report a file of no bytes, which a listing finds as well as a decoder."""
    return Problem(Kind.EMPTY_FILE, str(path), "cannot be read as an image (0 bytes)")
