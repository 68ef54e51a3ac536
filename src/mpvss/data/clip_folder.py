"""Clips in a folder, one image and one label map per frame (the layout of VSPW)."""

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from mpvss.data.class_file import CLASSES_FILE, NAMES_FILE, named_classes, read_classes
from mpvss.data.decoding import check_same_size, decode_codes, decode_rgb
from mpvss.types import VOID

_SUFFIXES = (".jpg", ".jpeg", ".png")

_LAYOUT = f"""\
  <root>/train.txt, val.txt             the clips of a split, one name per line
  <root>/data/<clip>/origin/<frame>.jpg the frames in the order of their names (.jpg, .jpeg or .png)
  <root>/data/<clip>/mask/<frame>.png   8-bit grey label maps: 0 and 255 void, else class + 1
  <root>/{CLASSES_FILE}                   a list of {{name: sky, colour: [70, 130, 180]}}, or VSPW's
  <root>/{NAMES_FILE}       {{"others": "0", "sky": "1", ...}}; not needed where class names are given"""


class ClipFolder:
    """Clips on disk, read frame by frame; they may differ in size.

    Construction lists the folders and decodes nothing. Label maps store class c as c + 1, as VSPW does, unless
    ``<root>/classes.yaml`` has other codes.

    Args:
        root: folder of the data set, laid out as the error for a missing one shows.
        split: name of the list, ``<root>/<split>.txt``; blank lines in it are ignored.
        class_names: K names in label order; None to read them from the root.
        hint: where to get the data set, for the error when `root` is missing.
        labels: whether every clip must have labels; if not, those of a clip without a folder ``mask`` are all VOID. A
            clip labelled in part is an error either way.

    Raises:
        FileNotFoundError: if the root, the list, a clip's folder, a frame or a label map is missing.
        ValueError: if the list is empty, or the class names are missing or unusable.
    """

    def __init__(
        self,
        root: str | Path,
        split: str,
        class_names: Sequence[str] | None = None,
        hint: str = "",
        labels: bool = True,
    ) -> None:
        self.root = Path(root).expanduser()
        if not self.root.is_dir():
            raise FileNotFoundError(
                f"No data set at {self.root.absolute()}. Expected this layout:\n{_LAYOUT}\n"
                + (f"{hint}\n" if hint else "")
                + "Set data.root to the folder, or use data=synthetic, which needs no files."
            )
        self.split = split
        self._clips = _clips_of(self.root, split)
        self._labelled = [labels or (self.root / "data" / clip / "mask").exists() for clip in self._clips]
        self._frames = [
            _frames_of(self.root, clip, split, labelled)
            for clip, labelled in zip(self._clips, self._labelled, strict=True)
        ]
        if class_names is None:
            self.classes, self._codes = read_classes(_class_file(self.root))
        else:
            self.classes, self._codes = named_classes(tuple(class_names), self.root)

    def __len__(self) -> int:
        return len(self._clips)

    def name(self, video: int) -> str:
        """Return the clip's name."""
        return self._clips[video]

    def num_frames(self, video: int) -> int:
        """Return the number of frames of a clip."""
        return len(self._frames[video])

    @property
    def label_codes(self) -> tuple[int, ...]:
        """The code of each class in label maps."""
        return self._codes.of_classes

    def frame_name(self, video: int, frame: int) -> str:
        """Return the name of a frame's file, without its ending."""
        return Path(self._frames[video][frame]).stem

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
        image = decode_rgb(_content(image_path), str(image_path))
        if not self._labelled[video]:
            return image, torch.full(image.shape[1:], VOID, dtype=torch.uint8)
        mask_path = clip / "mask" / f"{image_path.stem}.png"
        codes = decode_codes(_content(mask_path), str(mask_path))
        check_same_size(image, codes, image_path.name, str(mask_path))
        return image, self._codes(codes, str(mask_path))


def open_clips(
    root: str | Path, split: str | None, class_names: Sequence[str] | None = None, hint: str = "", labels: bool = True
) -> ClipFolder | None:
    """Open a split of a folder of clips, or none where there is none to open.

    Args:
        root: as in :class:`ClipFolder`.
        split: name of the list; None gives None.
        class_names: as in :class:`ClipFolder`.
        hint: as in :class:`ClipFolder`.
        labels: as in :class:`ClipFolder`.
    """
    return None if split is None else ClipFolder(root, split, class_names, hint, labels)


def _clips_of(root: Path, split: str) -> list[str]:
    path = root / f"{split}.txt"
    if not path.is_file():
        raise FileNotFoundError(
            f"No list of clips at {path}. Expected this layout:\n{_LAYOUT}\n"
            "To train without validation, set data.val_split=null."
        )
    clips = [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    if not clips:
        raise ValueError(f"{path} must list at least one clip, one name per line; it is empty.")
    return clips


def _frames_of(root: Path, clip: str, split: str, labelled: bool) -> tuple[str, ...]:
    """List the frames of a clip by name and check that each has its label map, and each label map its frame."""
    origin, mask = root / "data" / clip / "origin", root / "data" / clip / "mask"
    for folder in (origin, mask) if labelled else (origin,):
        if not folder.is_dir():
            raise FileNotFoundError(
                f"{split}.txt lists the clip {clip}, but there is no folder {folder}. Expected this layout:\n{_LAYOUT}"
                + ("\nWhere clips have no labels, set data.labels=false." if folder == mask else "")
            )
    frames = {path.stem: path.name for path in origin.iterdir() if path.suffix.lower() in _SUFFIXES}
    masks = {path.stem for path in mask.iterdir() if path.suffix == ".png"} if labelled else frames.keys()
    way_out = f"Restore it, or take the clip {clip} off {split}.txt."
    if not frames and not masks:
        raise FileNotFoundError(f"No .jpg, .jpeg or .png frame in {origin}. {way_out}")
    for stem in sorted(frames.keys() ^ masks):
        if stem in frames:
            raise FileNotFoundError(f"{origin / frames[stem]} has no label map {mask / stem}.png. {way_out}")
        raise FileNotFoundError(f"{mask / stem}.png has no frame {origin / stem}.jpg (or .png). {way_out}")
    return tuple(frames[stem] for stem in sorted(frames))


def _class_file(root: Path) -> Path:
    """Return the file that names the classes."""
    path = root / CLASSES_FILE
    if path.is_file() or (path := root / NAMES_FILE).is_file():
        return path
    raise FileNotFoundError(
        f"No class names: expected {root / CLASSES_FILE}, a list of {{name: sky, colour: [70, 130, 180]}}, or {path}, "
        "as {'others': '0', 'sky': '1', ...}. Write one of them, or list the names in label order in data.class_names."
    )


def _content(path: Path) -> bytes:
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing. Restore it, or take its clip off the list.")
    return path.read_bytes()
