"""What can be wrong with a data set's files, and the list of damaged clips, which data.skip_bad_clips reads."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from mpvss.output.atomic import replacing


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


BAD_CLIPS = "bad_clips.txt"
"""Name of the file, in the data set's folder and in the run's."""

_HEAD = (
    "# split, clip and what is wrong with it, set apart by tabs; written by check_data.py for data.skip_bad_clips=true"
)


def write_bad_clips(path: Path, reasons: Mapping[tuple[str, str], str]) -> None:
    """Write the list, or take an old one away if nothing is damaged.

    Args:
        path: the file.
        reasons: what is wrong by (split, clip), each on one line.
    """
    if not reasons:
        if path.exists():
            path.unlink()
        return
    lines = [_HEAD, *(f"{split}\t{clip}\t{reason}" for (split, clip), reason in reasons.items())]
    with replacing(path) as partial:
        partial.write_text("\n".join(lines) + "\n", encoding="utf-8")


def read_bad_clips(path: Path, split: str) -> dict[str, str]:
    """Return what is wrong with each damaged clip of a split.

    Raises:
        FileNotFoundError: if there is no such list.
        ValueError: if a line does not hold a split, a clip and a reason.
    """
    if not path.is_file():
        raise FileNotFoundError(
            f"No list of bad clips at {path}. Write one with python src/check_data.py, or set data.skip_bad_clips=true."
        )
    reasons = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        fields = line.split("\t", maxsplit=2)
        if len(fields) != 3:
            raise ValueError(
                f"line {number} of {path} must be split, clip and reason, set apart by tabs; got {line!r}. "
                "Write the file anew with python src/check_data.py."
            )
        if fields[0] == split:
            reasons[fields[1]] = fields[2]
    return reasons
