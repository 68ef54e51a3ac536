"""Labelled clips in a folder, one image and one label map per frame (the layout of VSPW)."""

import json
import logging
from collections.abc import Sequence
from pathlib import Path

from torch import Tensor

from mpvss.data.bad_clips import BAD_CLIPS, read_bad_clips
from mpvss.data.classes import default_colours
from mpvss.data.clip_inspector import ClipInspector
from mpvss.data.clip_listing import LAYOUT, ClipListing, ListedClip
from mpvss.data.labelled_frame import read_labelled_frame
from mpvss.data.problem import Kind
from mpvss.types import ClassList

_log = logging.getLogger(__name__)

_NAMES_FILE = "label_num_dic_final.json"
_MAX_CLASSES = 254  # codes 1..254 of a byte; 0 and 255 are void

_NEXT_STEP = (
    "List every problem with python src/check_data.py; data.skip_bad_clips=true then leaves out what is damaged."
)


class ClipFolder:
    """Clips on disk, read frame by frame.

    Construction lists the folders and decodes nothing. Label maps store class c as c + 1, as VSPW does.

    Args:
        root: folder of the data set, laid out as the error for a missing one shows.
        split: name of the list, ``<root>/<split>.txt``; blank lines in it are ignored.
        class_names: K names in label order; None to read them from ``<root>/label_num_dic_final.json``.
        hint: where to get the data set, for the error when `root` is missing.
        skip_bad_clips: whether to leave out, with a warning, the clips that lack a file or hold an empty one, and
            those that ``check_data.py`` wrote into ``<root>/bad_clips.txt``; or another file like that.

    Raises:
        FileNotFoundError: if the root, the list, a clip's folder, a frame or a label map is missing.
        ValueError: if the list is empty or names a clip twice, a file is empty, no clip is left, or the class names
            are missing or unusable.
    """

    def __init__(
        self,
        root: str | Path,
        split: str,
        class_names: Sequence[str] | None = None,
        hint: str = "",
        skip_bad_clips: bool | str | Path = False,
    ) -> None:
        listing = ClipListing(root, split, hint)
        self.root = listing.root
        self.split = split
        if skip_bad_clips:
            clips = _without_damage(listing, split, _known_damage(self.root, split, skip_bad_clips))
        else:
            _refuse_damage(listing, split)
            clips = list(listing.clips)
        self._clips = [clip.name for clip in clips]
        self._frames = [clip.frames for clip in clips]
        self.classes = _classes(self.root, class_names)

    @classmethod
    def inspector(
        cls,
        root: str | Path,
        split: str,
        class_names: Sequence[str] | None = None,
        hint: str = "",
        skip_bad_clips: bool | str | Path = False,
        needs_labels: bool = True,
    ) -> ClipInspector:
        """Open the split to see what is wrong with it; skipping nothing, whatever `skip_bad_clips` says."""
        listing = ClipListing(root, split, hint, needs_labels)
        return ClipInspector(listing, _classes(listing.root, class_names))

    def __len__(self) -> int:
        return len(self._clips)

    def name(self, video: int) -> str:
        """Return the clip's name."""
        return self._clips[video]

    def num_frames(self, video: int) -> int:
        """Return the number of frames of a clip."""
        return len(self._frames[video])

    def read(self, video: int, frame: int) -> tuple[Tensor, Tensor]:
        """Decode a frame.

        Returns:
            (3, H, W) uint8 RGB and (H, W) uint8 classes or VOID.

        Raises:
            FileNotFoundError: if a file has gone since construction.
            ValueError: if a file cannot be decoded, the two differ in size, or a label is outside the classes.
        """
        clip = self.root / "data" / self._clips[video]
        image_path = clip / "origin" / self._frames[video][frame]
        mask_path = clip / "mask" / f"{image_path.stem}.png"
        image, labels, problems = read_labelled_frame(image_path, mask_path, len(self.classes.names))
        if image is None or labels is None or problems:
            raise problems[0].error(f"Restore it, or take the clip off {self.split}.txt. {_NEXT_STEP}")
        return image, labels


def _refuse_damage(listing: ClipListing, split: str) -> None:
    damaged = [clip for clip in listing.clips if clip.errors]
    if damaged:
        first, clip = damaged[0].errors[0], damaged[0].name
        layout = f" Expected this layout:\n{LAYOUT}\n" if first.kind is Kind.MISSING_FOLDER else " "
        others = f" Clips like that: {len(damaged)} of {len(listing.clips)}." if len(damaged) > 1 else ""
        raise first.error(f"Restore it, or take the clip {clip} off {split}.txt.{others}{layout}{_NEXT_STEP}")
    if listing.problems:
        raise listing.problems[0].error(f"Delete the others. {_NEXT_STEP}")


def _known_damage(root: Path, split: str, skip_bad_clips: bool | str | Path) -> dict[str, str]:
    if not isinstance(skip_bad_clips, bool):
        return read_bad_clips(Path(skip_bad_clips).expanduser(), split)
    path = root / BAD_CLIPS
    return read_bad_clips(path, split) if path.is_file() else {}


def _without_damage(listing: ClipListing, split: str, known: dict[str, str]) -> list[ListedClip]:
    """Leave out clips whose damage the listing shows or is known, and say so in one line."""
    reasons = {
        clip.name: known.get(clip.name, "") if not clip.errors else str(clip.errors[0])
        for clip in listing.clips
        if clip.errors or clip.name in known
    }
    kept = [clip for clip in listing.clips if clip.name not in reasons]
    if not kept:
        raise ValueError(f"None of the {len(listing.clips)} clips of {split}.txt is undamaged. {_NEXT_STEP}")
    if reasons:
        listed = "; ".join(f"{clip} ({reason})" for clip, reason in reasons.items())
        _log.warning("Left out %d of %d clips of %s.txt: %s", len(reasons), len(listing.clips), split, listed)
    for problem in listing.problems:
        _log.warning("%s; taken once", problem)
    return kept


def _classes(root: Path, class_names: Sequence[str] | None) -> ClassList:
    names = _names_from(root / _NAMES_FILE) if class_names is None else tuple(class_names)
    if not 1 <= len(names) <= _MAX_CLASSES:
        raise ValueError(f"{root}: there must be 1..{_MAX_CLASSES} class names; got {len(names)}.")
    return ClassList(names, default_colours(len(names)))


def _names_from(path: Path) -> tuple[str, ...]:
    """Read {"others": "0", "sky": "1", ...}; 0 is void and has no name."""
    if not path.is_file():
        raise FileNotFoundError(
            f"No class names: expected {path}, as {{'others': '0', 'sky': '1', ...}}. "
            "Write that file, or list the names in label order in data.class_names."
        )
    try:
        codes = {int(code): name for name, code in json.loads(path.read_text(encoding="utf-8")).items()}
    except (ValueError, AttributeError, TypeError) as error:
        raise ValueError(f"{path} must map names to label codes, {{'sky': '1', ...}}; got: {error}.") from error
    codes.pop(0, None)
    if sorted(codes) != list(range(1, len(codes) + 1)):
        raise ValueError(f"{path} must use the label codes 1..{len(codes)}, each once; got {sorted(codes)}.")
    return tuple(codes[code] for code in sorted(codes))
