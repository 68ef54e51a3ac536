"""Clips in a folder, one image and one label map per frame (the layout of VSPW)."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor

from mpvss.data.health.inspector import ClipInspector
from mpvss.data.health.problems import BAD_CLIPS, Kind, read_bad_clips
from mpvss.data.sources.class_file import CLASSES_FILE, NAMES_FILE, named_classes, read_classes
from mpvss.data.sources.clip_listing import LAYOUT, ClipListing, ListedClip
from mpvss.data.sources.label_codes import LabelCodes
from mpvss.data.sources.labelled_frame import read_labelled_frame
from mpvss.data.sources.source import VideoSource
from mpvss.data.sources.vspw import VSPW_CLASSES
from mpvss.types import VOID, ClassList

_log = logging.getLogger(__name__)

_NEXT_STEP = (
    "List every problem with python src/check_data.py; data.skip_bad_clips=true then leaves out what is damaged."
)


class ClipFolder(VideoSource):
    """Clips on disk, read frame by frame.

    Construction lists the folders and decodes nothing. Label maps store class c as c + 1, as VSPW does.

    Args:
        root: folder of the data set, laid out as the error for a missing one shows.
        split: name of the list, ``<root>/<split>.txt``; blank lines in it are ignored.
        class_names: K names in label order; "vspw" for VSPW's; None to read them from the root.
        hint: where to get the data set, for the error when `root` is missing.
        labels: whether every clip must have labels; if not, those of a clip without masks are all VOID. A clip labelled
            in part is an error either way.
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
        class_names: Sequence[str] | Literal["vspw"] | None = None,
        hint: str = "",
        labels: bool = True,
        skip_bad_clips: bool | str | Path = False,
    ) -> None:
        listing = ClipListing(root, split, hint, needs_masks=labels)
        self.root = listing.root
        self.split = split
        if skip_bad_clips:
            clips = _without_damage(listing, split, _known_damage(self.root, split, skip_bad_clips))
        else:
            _refuse_damage(listing, split)
            clips = list(listing.clips)
        self._clips = clips
        self.classes, self._codes = _classes(self.root, class_names)

    @classmethod
    def open(cls, root: str | Path, split: str | None, **options: Any) -> "ClipFolder | None":  # the constructor's
        """Open a split, or none where `split` is None; the arguments are the constructor's."""
        return None if split is None else cls(root, split, **options)

    @classmethod
    def inspector(
        cls,
        root: str | Path,
        split: str,
        class_names: Sequence[str] | Literal["vspw"] | None = None,
        hint: str = "",
        labels: bool = True,
        skip_bad_clips: bool | str | Path = False,
        needs_labels: bool = True,
    ) -> ClipInspector:
        """Open the split to see what is wrong with it; skipping nothing, whatever `skip_bad_clips` says."""
        listing = ClipListing(root, split, hint, needs_masks=labels and needs_labels)
        return ClipInspector(listing, *_classes(listing.root, class_names))

    def __len__(self) -> int:
        return len(self._clips)

    def name(self, video: int) -> str:
        """Return the clip's name."""
        return self._clips[video].name

    def num_frames(self, video: int) -> int:
        """Return the number of frames of a clip."""
        return len(self._clips[video].frames)

    @property
    def label_codes(self) -> tuple[int, ...]:
        """The code of each class in label maps."""
        return self._codes.of_classes

    def frame_name(self, video: int, frame: int) -> str:
        """Return the name of a frame's file, without its ending."""
        return Path(self._clips[video].frames[frame]).stem

    def read(self, video: int, frame: int) -> tuple[Tensor, Tensor]:
        """Decode a frame.

        Returns:
            (3, H, W) uint8 RGB and (H, W) uint8 classes or VOID.

        Raises:
            FileNotFoundError: if a file has gone since construction.
            ValueError: if a file cannot be decoded, the two differ in size, or a label is outside the classes.
        """
        clip = self._clips[video]
        name, folder = clip.frames[frame], self.root / "data" / clip.name
        mask = None if name in clip.unmasked else folder / "mask" / f"{name.rpartition('.')[0]}.png"
        image, labels, problems = read_labelled_frame(folder / "origin" / name, mask, self._codes)
        if image is None or problems:
            raise problems[0].error(f"Restore it, or take the clip off {self.split}.txt. {_NEXT_STEP}")
        return image, torch.full(image.shape[1:], VOID, dtype=torch.uint8) if labels is None else labels


def _refuse_damage(listing: ClipListing, split: str) -> None:
    damaged = [clip for clip in listing.clips if clip.errors]
    if damaged:
        first, clip = damaged[0].errors[0], damaged[0].name
        layout = f" Expected this layout:\n{LAYOUT}\n" if first.kind is Kind.MISSING_FOLDER else " "
        unlabelled = " Where clips have no labels, set data.labels=false." if first.file.endswith("mask") else ""
        others = f" Clips like that: {len(damaged)} of {len(listing.clips)}." if len(damaged) > 1 else ""
        raise first.error(
            f"Restore it, or take the clip {clip} off {split}.txt.{unlabelled}{others}{layout}{_NEXT_STEP}"
        )
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


def _classes(root: Path, class_names: Sequence[str] | None) -> tuple[ClassList, LabelCodes]:
    if class_names == "vspw":
        class_names = VSPW_CLASSES
    if isinstance(class_names, str):
        raise ValueError(f"data.class_names must be a list of names, vspw or null; got {class_names}.")
    if class_names is not None:
        return named_classes(tuple(class_names), root)
    for name in (CLASSES_FILE, NAMES_FILE):
        if (root / name).is_file():
            return read_classes(root / name)
    raise FileNotFoundError(
        f"No class names: expected {root / CLASSES_FILE}, a list of {{name: sky, colour: [70, 130, 180]}}, or "
        f"{root / NAMES_FILE}, as {{'others': '0', 'sky': '1', ...}}. Write one of them, or list the names in label "
        "order in data.class_names."
    )
