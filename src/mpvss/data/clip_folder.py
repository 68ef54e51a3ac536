"""Labelled clips in a folder, one image and one label map per frame (the layout of VSPW)."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor
from torchvision.io import ImageReadMode, decode_image, read_file

from mpvss.data.classes import default_colours
from mpvss.types import VOID, ClassList

_NAMES_FILE = "label_num_dic_final.json"
_MAX_CLASSES = 254  # codes 1..254 of a byte; 0 and 255 are void

_LAYOUT = """\
  <root>/train.txt, val.txt             the clips of a split, one name per line
  <root>/data/<clip>/origin/<frame>.jpg the frames in the order of their names (.jpg, .jpeg or .png)
  <root>/data/<clip>/mask/<frame>.png   8-bit grey label maps: 0 and 255 void, else class + 1
  <root>/label_num_dic_final.json       {"others": "0", "sky": "1", ...}; not needed where class names are given"""


class ClipFolder:
    """Clips on disk, read frame by frame.

    Construction lists the folders and decodes nothing. Label maps store class c as c + 1, as VSPW does.

    Args:
        root: folder of the data set, laid out as the error for a missing one shows.
        split: name of the list, ``<root>/<split>.txt``; blank lines in it are ignored.
        class_names: K names in label order; None to read them from ``<root>/label_num_dic_final.json``.
        hint: where to get the data set, for the error when `root` is missing.

    Raises:
        FileNotFoundError: if the root, the list, a clip's folder, a frame or a label map is missing.
        ValueError: if the list is empty, or the class names are missing or unusable.
    """

    def __init__(self, root: str | Path, split: str, class_names: Sequence[str] | None = None, hint: str = "") -> None:
        self.root = Path(root).expanduser()
        if not self.root.is_dir():
            raise FileNotFoundError(
                f"No data set at {self.root.absolute()}. Expected this layout:\n{_LAYOUT}\n"
                + (f"{hint}\n" if hint else "")
                + "Set data.root to the folder, or use data=synthetic, which needs no files."
            )
        self.split = split
        self._clips = _clips_of(self.root, split)
        self._frames = [_frames_of(self.root, clip, split) for clip in self._clips]
        names = _names_from(self.root / _NAMES_FILE) if class_names is None else tuple(class_names)
        if not 1 <= len(names) <= _MAX_CLASSES:
            raise ValueError(f"{self.root}: there must be 1..{_MAX_CLASSES} class names; got {len(names)}.")
        self.classes = ClassList(names, default_colours(len(names)))

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
        return tuple(range(1, len(self.classes.names) + 1))

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
        mask_path = clip / "mask" / f"{image_path.stem}.png"
        image = _decode(image_path, ImageReadMode.RGB)
        codes = _decode(mask_path, ImageReadMode.UNCHANGED)
        if codes.shape[0] != 1 or codes.dtype != torch.uint8:
            raise ValueError(
                f"{mask_path} must be an 8-bit grey PNG of label codes; got {codes.shape[0]} channels of "
                f"{codes.dtype}. Store the codes themselves, not their colours."
            )
        if image.shape[1:] != codes.shape[1:]:
            raise ValueError(
                f"{mask_path} must have the size of its frame {image_path.name}, "
                f"{image.shape[2]}x{image.shape[1]}; got {codes.shape[2]}x{codes.shape[1]} (width x height)."
            )
        return image, self._labels(codes[0], mask_path)

    def _labels(self, codes: Tensor, path: Path) -> Tensor:
        labels = codes - 1  # uint8: 0 wraps round to 255, which is VOID
        labels[codes == VOID] = VOID
        num_classes = len(self.classes.names)
        wrong = codes[(labels >= num_classes) & (labels != VOID)]
        if wrong.numel():
            raise ValueError(
                f"{path} holds label {int(wrong[0])}; with {num_classes} classes labels must be 1..{num_classes}, "
                "or 0 or 255 for void. Check the file, or the class names."
            )
        return labels


def _clips_of(root: Path, split: str) -> list[str]:
    path = root / f"{split}.txt"
    if not path.is_file():
        raise FileNotFoundError(f"No list of clips at {path}. Expected this layout:\n{_LAYOUT}")
    clips = [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    if not clips:
        raise ValueError(f"{path} must list at least one clip, one name per line; it is empty.")
    return clips


def _frames_of(root: Path, clip: str, split: str) -> tuple[str, ...]:
    """List the frames of a clip by name and check that each has its label map, and each label map its frame."""
    origin, mask = root / "data" / clip / "origin", root / "data" / clip / "mask"
    for folder in (origin, mask):
        if not folder.is_dir():
            raise FileNotFoundError(
                f"{split}.txt lists the clip {clip}, but there is no folder {folder}. Expected this layout:\n{_LAYOUT}"
            )
    frames = {path.stem: path.name for path in origin.iterdir() if path.suffix.lower() in (".jpg", ".jpeg", ".png")}
    masks = {path.stem for path in mask.iterdir() if path.suffix == ".png"}
    way_out = f"Restore it, or take the clip {clip} off {split}.txt."
    if not frames and not masks:
        raise FileNotFoundError(f"No .jpg, .jpeg or .png frame in {origin}. {way_out}")
    for stem in sorted(frames.keys() ^ masks):
        if stem in frames:
            raise FileNotFoundError(f"{origin / frames[stem]} has no label map {mask / stem}.png. {way_out}")
        raise FileNotFoundError(f"{mask / stem}.png has no frame {origin / stem}.jpg (or .png). {way_out}")
    return tuple(frames[stem] for stem in sorted(frames))


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


def _decode(path: Path, mode: ImageReadMode) -> Tensor:
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing. Restore it, or take its clip off the list.")
    try:
        return decode_image(read_file(str(path)), mode)
    except RuntimeError as error:
        reason = re.sub(r"^.*?\.cpp:\d+, ", "", str(error).splitlines()[0])  # without torchvision's own source line
        raise ValueError(
            f"{path} cannot be read as an image ({path.stat().st_size} bytes): {reason}. "
            "It may have been cut short: copy or download it again, or take its clip off the list."
        ) from error
