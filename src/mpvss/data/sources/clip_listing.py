"""What there is of a split of clips, damaged or not, by the names and sizes of its files."""

import os
import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from mpvss.data.health.problems import Kind, Problem, empty_file
from mpvss.data.sources.class_file import CLASSES_FILE, NAMES_FILE

LAYOUT = f"""\
  <root>/train.txt, val.txt             the clips of a split, one name per line
  <root>/data/<clip>/origin/<frame>.jpg the frames in the order of their names (.jpg, .jpeg or .png)
  <root>/data/<clip>/mask/<frame>.png   8-bit grey label maps: 0 and 255 void, else class + 1
  <root>/{CLASSES_FILE}                   a list of {{name: sky, colour: [70, 130, 180]}}, or VSPW's
  <root>/{NAMES_FILE}       {{"others": "0", "sky": "1", ...}}; not needed where class names are given"""
"""How the folder must look."""

_FRAME = re.compile(r"[^.].*\.(jpe?g|png)", re.IGNORECASE)  # hidden files are nobody's frames
_MASK = re.compile(r"[^.].*\.png")
_NUMBERED = re.compile(r"(.*?)(\d+)")


class ListedClip(NamedTuple):
    """The files of a clip.

    Attributes:
        name: of its folder in ``<root>/data``.
        frames: names of the frames' files, in order.
        unmasked: those of them that have no label map.
        problems: what is wrong, as far as names and sizes of files tell.
    """

    name: str
    frames: tuple[str, ...]
    unmasked: frozenset[str]
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems without mere notes."""
        return tuple(problem for problem in self.problems if not problem.is_note)


class ClipListing:
    """List a split without decoding anything, and without stopping at what is wrong with its clips.

    Attributes:
        root: folder of the data set.
        clips: in the order of the list, each once.
        problems: of the list itself.

    Args:
        root: folder of the data set, laid out as :data:`LAYOUT` says.
        split: name of the list, ``<root>/<split>.txt``; blank lines in it are ignored.
        hint: where to get the data set, for the error when `root` is missing.
        needs_masks: whether a clip without any mask is damaged; VSPW's test clips have none.

    Raises:
        FileNotFoundError: if the root or the list is missing.
        ValueError: if the list is empty.
    """

    def __init__(self, root: str | Path, split: str, hint: str = "", needs_masks: bool = True) -> None:
        self.root = Path(root).expanduser()
        if not self.root.is_dir():
            raise FileNotFoundError(
                f"No data set at {self.root.absolute()}. Expected this layout:\n{LAYOUT}\n"
                + (f"{hint}\n" if hint else "")
                + "Set data.root to the folder, or use data=synthetic, which needs no files."
            )
        path = self.root / f"{split}.txt"
        entries = Counter(_entries(path))
        self.problems = tuple(
            Problem(Kind.DUPLICATE_ENTRY, str(path), f"must list each clip once; got {clip} {times} times")
            for clip, times in entries.items()
            if times > 1
        )
        self.clips = tuple(_list_clip(self.folder(clip), clip, path.name, needs_masks) for clip in entries)

    def folder(self, clip: str) -> Path:
        """Return the folder of a clip."""
        return self.root / "data" / clip


def _entries(path: Path) -> list[str]:
    if not path.is_file():
        raise FileNotFoundError(
            f"No list of clips at {path}. Expected this layout:\n{LAYOUT}\n"
            "To train without validation, set data.val_split=null."
        )
    clips = [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    if not clips:
        raise ValueError(f"{path} must list at least one clip, one name per line; it is empty.")
    return clips


def _list_clip(folder: Path, name: str, list_name: str, needs_masks: bool) -> ListedClip:
    origin, mask = folder / "origin", folder / "mask"
    problems = [
        Problem(Kind.MISSING_FOLDER, str(needed), f"is not there, but {list_name} lists the clip {name}")
        for needed in ((origin, mask) if needs_masks else (origin,))
        if not needed.is_dir()
    ]
    (files, empty_frames), (masks, empty_masks) = _files(origin, _FRAME), _files(mask, _MASK)
    frames = {_stem(file): file for file in files}
    mask_stems = {_stem(file) for file in masks}
    problems += [empty_file(path) for path in (*empty_frames, *empty_masks)]
    problems += [
        Problem(Kind.DOUBLE_FRAME, str(origin / file), f"must be the only file of its frame; got {kept} as well")
        for file in files
        if file != (kept := frames[_stem(file)])
    ]
    if not files and not masks and not problems:
        problems.append(
            Problem(Kind.NO_FRAMES, str(origin), "must hold a .jpg, .jpeg or .png file per frame; got none")
        )
    if not masks and not needs_masks:
        problems.append(Problem(Kind.UNLABELLED_CLIP, str(folder), "has no masks", is_note=True))
    elif origin.is_dir() and mask.is_dir():
        problems += _unpaired(origin, mask, frames, mask_stems)
    ordered = tuple(frames[stem] for stem in sorted(frames))
    unmasked = frozenset(file for file in ordered if _stem(file) not in mask_stems)
    return ListedClip(name, ordered, unmasked, (*problems, *_numbering(origin, ordered)))


def _files(folder: Path, wanted: re.Pattern[str]) -> tuple[list[str], list[Path]]:
    """Return the names of the files that are wanted, sorted, and the paths of those without content."""
    if not folder.is_dir():
        return [], []
    with os.scandir(folder) as entries:
        found = [entry for entry in entries if wanted.fullmatch(entry.name) and entry.is_file()]
        sizes = {entry.name: entry.stat().st_size for entry in found}
    return sorted(sizes), [folder / name for name in sorted(sizes) if not sizes[name]]


def _stem(name: str) -> str:
    return name.rpartition(".")[0]


def _unpaired(origin: Path, mask: Path, frames: dict[str, str], masks: set[str]) -> Iterator[Problem]:
    for stem in sorted(frames.keys() ^ masks):
        if stem in frames:
            text = f"has no label map {mask / stem}.png"
            yield Problem(Kind.MISSING_MASK, str(origin / frames[stem]), text)
        else:
            text = f"has no frame {origin / stem}.jpg (or .png)"
            yield Problem(Kind.MISSING_FRAME, f"{mask / stem}.png", text)


def _numbering(origin: Path, names: tuple[str, ...]) -> Iterator[Problem]:
    """Compare the order of names, in which frames are read, with that of the numbers that they end in."""
    parts = [_NUMBERED.fullmatch(_stem(name)) for name in names]
    if len({part and part[1] for part in parts}) != 1 or not parts[0]:
        return  # not numbered, or more than one numbering
    numbers = [int(part[2]) for part in parts if part]
    steps = [after - before for before, after in pairwise(numbers)]
    usual = Counter(steps).most_common(1)[0][0] if steps else 0
    for (before, after), step in zip(pairwise(names), steps, strict=True):
        if step <= 0:
            text = (
                f"must come before {before}, by their numbers, but comes after it by name. Pad the numbers with zeros"
            )
            yield Problem(Kind.WRONG_ORDER, str(origin / after), text)
        elif step >= 2 * usual > 0:
            text = f"comes {step} after {before}, where {usual} is usual in its clip"
            yield Problem(Kind.NUMBERING_GAP, str(origin / after), text, is_note=True)
