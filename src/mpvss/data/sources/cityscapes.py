"""Cityscapes: drives through 50 towns, one labelled frame per snippet of 30 (Cordts et al., CVPR 2016)."""

import re
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from mpvss.data.sources.decoding import check_same_size, decode_codes, decode_rgb
from mpvss.data.sources.file_tree import FileTree, find_tree
from mpvss.data.sources.label_codes import LabelCodes
from mpvss.data.sources.source import VideoSource
from mpvss.types import VOID, ClassList

_BEFORE, _AFTER = 19, 10  # frames of a snippet around the labelled one

_CLASSES = (  # name, official colour, label id; the place in this list is the train id
    ("road", (128, 64, 128), 7),
    ("sidewalk", (244, 35, 232), 8),
    ("building", (70, 70, 70), 11),
    ("wall", (102, 102, 156), 12),
    ("fence", (190, 153, 153), 13),
    ("pole", (153, 153, 153), 17),
    ("traffic light", (250, 170, 30), 19),
    ("traffic sign", (220, 220, 0), 20),
    ("vegetation", (107, 142, 35), 21),
    ("terrain", (152, 251, 152), 22),
    ("sky", (70, 130, 180), 23),
    ("person", (220, 20, 60), 24),
    ("rider", (255, 0, 0), 25),
    ("car", (0, 0, 142), 26),
    ("truck", (0, 0, 70), 27),
    ("bus", (0, 60, 100), 28),
    ("train", (0, 80, 100), 31),
    ("motorcycle", (0, 0, 230), 32),
    ("bicycle", (119, 11, 32), 33),
)
_NUM_LABEL_IDS = 34

CITYSCAPES_CLASSES = ClassList(tuple(name for name, _, _ in _CLASSES), tuple(colour for _, colour, _ in _CLASSES))
"""The 19 train ids."""

LABEL_IDS = LabelCodes(
    dict.fromkeys(range(_NUM_LABEL_IDS), VOID) | {code: index for index, (_, _, code) in enumerate(_CLASSES)}, 19
)
"""What ``labelIds`` files hold; 255 is how they write the license plate's -1."""

TRAIN_IDS = LabelCodes({index: index for index in range(19)}, 19)
"""What ``labelTrainIds`` files hold."""

_KINDS = {"labelIds": LABEL_IDS, "labelTrainIds": TRAIN_IDS}

_CONTENTS = {
    "leftImg8bit_sequence": ("the 30 frames of every snippet, 324 GB", "_leftImg8bit.png"),
    "leftImg8bit": ("the labelled frames alone, 11 GB", "_leftImg8bit.png"),
    "gtFine": ("the labels", "_gtFine_labelIds.png"),
}

_LAYOUT = "\n".join(
    f"  <root>/{part}/<split>/<city>/<city>_<seq>_<frame>{ending}   {content}"
    for part, (content, ending) in _CONTENTS.items()
)

_HINT = "It is to be had from https://www.cityscapes-dataset.com/downloads, for which one signs up."

_WAY_OUT = (
    "\nWith leftImg8bit_trainvaltest.zip (11 GB) alone, the per-frame model can be trained and evaluated: "
    "data.images=leftImg8bit propagation=per_frame interval=1."
)


class _Snippet(NamedTuple):
    """A labelled frame with the frames around it.

    Attributes:
        name: city, sequence and number of the labelled frame.
        frames: names of the images, in order.
        labelled: place of the labelled one among them.
        labels: name of the label map.
        codes: what its values mean.
    """

    name: str
    frames: tuple[str, ...]
    labelled: int
    labels: str
    codes: LabelCodes


class Cityscapes(VideoSource):
    """Snippets of which one frame is labelled, in the order of their names; the other frames' labels are all VOID.

    Every part may be a folder or the zip as it was downloaded, which is then read as it is. Labels are
    ``labelIds`` files, or ``labelTrainIds`` files where there are none. Construction lists names and decodes nothing.

    Args:
        root: folder of the data set, laid out as the error for a missing one shows.
        split: ``train``, ``val`` or ``test`` (whose public labels are all void).
        images: ``leftImg8bit_sequence`` for whole snippets; ``leftImg8bit`` for videos of the labelled frame alone.

    Raises:
        FileNotFoundError: if the root, one of its parts, the split or a frame of a snippet is missing.
        ValueError: if `images` is another, or a zip is damaged.
    """

    classes = CITYSCAPES_CLASSES

    def __init__(self, root: str | Path, split: str, images: str = "leftImg8bit_sequence") -> None:
        if images not in ("leftImg8bit_sequence", "leftImg8bit"):
            raise ValueError(f"data.images must be leftImg8bit_sequence or leftImg8bit; got {images}.")
        self.root = Path(root).expanduser()
        if not self.root.is_dir():
            raise FileNotFoundError(
                f"No Cityscapes at {self.root.absolute()}. Expected this layout, each part as a folder or as the "
                f"<part>_trainvaltest.zip that was downloaded:\n{_LAYOUT}\n{_HINT}\n"
                "Set CITYSCAPES_ROOT or data.root to the folder, or use data=synthetic, which needs no files."
            )
        self.split = split
        self._label_tree = _part(self.root, "gtFine")
        self._image_tree = _part(self.root, images)
        self._before, self._after = (_BEFORE, _AFTER) if images == "leftImg8bit_sequence" else (0, 0)
        present = set(self._image_tree.names(f"{images}/{split}"))
        self._snippets = [
            self._snippet(f"{images}/{split}/{stem}", label, codes, present)
            for stem, (label, codes) in _labels_of(self._label_tree, split).items()
        ]

    def __len__(self) -> int:
        return len(self._snippets)

    def name(self, video: int) -> str:
        """Return the name of a snippet: that of its labelled frame."""
        return self._snippets[video].name

    def num_frames(self, video: int) -> int:
        """Return the number of frames of a snippet."""
        return len(self._snippets[video].frames)

    def labelled_frames(self, video: int) -> tuple[int, ...]:
        """Return the number of the labelled frame: 19, or 0 where it is the only one."""
        return (self._snippets[video].labelled,)

    @property
    def label_codes(self) -> tuple[int, ...]:
        """The label id of each class, which is what Cityscapes' own evaluation reads."""
        return LABEL_IDS.of_classes

    def frame_name(self, video: int, frame: int) -> str:
        """Return the name of a frame's file, without its ending."""
        return Path(self._snippets[video].frames[frame]).stem

    def read(self, video: int, frame: int) -> tuple[Tensor, Tensor]:
        """Decode a frame.

        Returns:
            (3, H, W) uint8 RGB and (H, W) uint8 classes or VOID, which is everywhere on all frames but one.

        Raises:
            FileNotFoundError: if a file has gone since construction.
            ValueError: if a file cannot be decoded, the two differ in size, or a label is none of Cityscapes'.
        """
        snippet = self._snippets[video]
        name = snippet.frames[frame]
        image = decode_rgb(self._image_tree.read(name), self._image_tree.where(name))
        if frame != snippet.labelled:
            return image, torch.full(image.shape[1:], VOID, dtype=torch.uint8)
        place = self._label_tree.where(snippet.labels)
        codes = decode_codes(self._label_tree.read(snippet.labels), place)
        check_same_size(image, codes, name, place)
        return image, snippet.codes(codes, place)

    def _snippet(self, labelled: str, label: str, codes: LabelCodes, present: set[str]) -> _Snippet:
        """Put a snippet together: all frames up to the labelled one, and those after it as far as they are there."""
        sequence, _, number = labelled.rpartition("_")
        numbers = range(int(number) - self._before, int(number) + self._after + 1)
        names = [f"{sequence}_{index:0{len(number)}d}_leftImg8bit.png" for index in numbers]
        frames = tuple(takewhile(present.__contains__, names))
        if len(frames) <= self._before:
            raise FileNotFoundError(
                f"{label} labels a frame whose snippet is not complete: {self._image_tree.where(names[len(frames)])} "
                "is missing. Download or unpack it again."
            )
        return _Snippet(labelled.rpartition("/")[2], frames, self._before, label, codes)


def _part(root: Path, part: str) -> FileTree:
    zips = (f"{part}_trainvaltest.zip", f"{part}.zip")
    tree = find_tree(root, part, zips)
    if tree is None:
        raise FileNotFoundError(
            f"Cityscapes at {root.absolute()} lacks {part}, {_CONTENTS[part][0]}. Download {zips[0]} and put it there "
            f"as it is, as {root.absolute() / zips[0]}, or unpack it to {root.absolute() / part}. {_HINT}"
            + (_WAY_OUT if part == "leftImg8bit_sequence" else "")
        )
    return tree


def _labels_of(tree: FileTree, split: str) -> dict[str, tuple[str, LabelCodes]]:
    """Map ``<city>/<city>_<seq>_<frame>`` to label map and codes, in the order of names."""
    found: dict[str, dict[str, str]] = {}
    for name in tree.names(f"gtFine/{split}"):
        match = re.fullmatch(r"gtFine/[^/]+/(.+/.+_\d+_\d+)_gtFine_(labelIds|labelTrainIds)\.png", name)
        if match:
            found.setdefault(match[1], {})[match[2]] = name
    if not found:
        raise FileNotFoundError(
            f"No label map {tree.where(f'gtFine/{split}/<city>/<city>_<seq>_<frame>_gtFine_labelIds.png')}. The splits "
            "of Cityscapes are train, val and test. Check data.train_split and data.val_split, or unpack it again."
        )
    kinds = {stem: "labelIds" if "labelIds" in names else "labelTrainIds" for stem, names in found.items()}
    return {stem: (found[stem][kind], _KINDS[kind]) for stem, kind in sorted(kinds.items())}
