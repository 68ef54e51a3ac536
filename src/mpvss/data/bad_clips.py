"""The list of damaged clips, which check_data.py writes and data.skip_bad_clips reads."""

from collections.abc import Mapping
from pathlib import Path

from mpvss.atomic import replacing

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
