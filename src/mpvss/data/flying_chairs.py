"""FlyingChairs: rendered chairs over photographs, with dense flow (Dosovitskiy et al., ICCV 2015)."""

from pathlib import Path

import numpy as np
import torch
from PIL import Image, UnidentifiedImageError
from torch import Tensor
from torch.utils.data import Dataset

from mpvss.data.flo import read_flo
from mpvss.types import VOID, FramePair

_SPLIT_FILE = "FlyingChairs_train_val.txt"
_CODES = {"train": "1", "val": "2"}

_LAYOUT = f"""\
  <root>/data/<id>_img1.ppm, <id>_img2.ppm   two frames
  <root>/data/<id>_flow.flo                  flow from img1 to img2
  <root>/{_SPLIT_FILE}          one line per pair, in the order of the ids: 1 train, 2 val"""

_HINT = (
    "FlyingChairs and its split are to be had from "
    "https://lmb.informatik.uni-freiburg.de/resources/datasets/FlyingChairs.en.html: put the split file beside the "
    "folder data, and set FLYING_CHAIRS_ROOT or data.root to the folder that holds both."
)


class FlyingChairs(Dataset[FramePair]):
    """Pairs with exact flow and without labels, in the order of their ids.

    The flow of the files goes from img1 to img2, and flow goes from frame j into key frame k: frame j is img1, the
    key frame is img2. Labels are all VOID. What is occluded in the key frame the data set does not say, so
    ``visible`` is where flow is known, as the end-point errors of the literature count.

    Construction lists the folder and decodes nothing.

    Args:
        root: folder of the data set, laid out as the error for a missing one shows.
        split: ``train`` or ``val``.

    Attributes:
        names: the ids of the split's pairs.

    Raises:
        FileNotFoundError: if the root, the split file or a file of a pair is missing.
        ValueError: if `split` is another, has no pair, or the split file does not fit the pairs.
    """

    def __init__(self, root: str | Path, split: str) -> None:
        if split not in _CODES:
            raise ValueError(f"split of FlyingChairs must be {' or '.join(_CODES)}; got {split}.")
        self.root = Path(root).expanduser()
        self.split = split
        if not (self.root / "data").is_dir():
            raise FileNotFoundError(
                f"No FlyingChairs at {self.root.absolute()}. Expected this layout:\n{_LAYOUT}\n{_HINT}\n"
                "To train flow without a download, use data=synthetic_flow."
            )
        ids = sorted(path.name.removesuffix("_flow.flo") for path in (self.root / "data").glob("*_flow.flo"))
        self.names = _of_split(self.root / _SPLIT_FILE, ids, split)

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, index: int) -> FramePair:
        """Decode a pair.

        Returns:
            Unbatched: frames (3, H, W), labels (H, W), gap () of 1, flow (2, H, W), visible (H, W).

        Raises:
            FileNotFoundError: if one of its files is missing.
            ValueError: if one cannot be decoded, or they differ in size.
        """
        stem = self.root / "data" / self.names[index]
        frame = _decode(Path(f"{stem}_img1.ppm"))
        key_frame = _decode(Path(f"{stem}_img2.ppm"))
        flow, known = read_flo(f"{stem}_flow.flo")
        if not frame.shape[1:] == key_frame.shape[1:] == flow.shape[1:]:
            sizes = ", ".join(f"{one.shape[2]}x{one.shape[1]}" for one in (frame, key_frame, flow))
            raise ValueError(
                f"{stem}_img1.ppm, _img2.ppm and _flow.flo must have one size; got {sizes} (width x height). "
                "Unpack the data set again."
            )
        void = torch.full(known.shape, VOID, dtype=torch.uint8)
        return FramePair(key_frame, void, frame, void.clone(), torch.tensor(1), flow, known)


def _of_split(path: Path, ids: list[str], split: str) -> list[str]:
    if not path.is_file():
        raise FileNotFoundError(f"No split file at {path}. Expected this layout:\n{_LAYOUT}\n{_HINT}")
    codes = path.read_text(encoding="utf-8").split()
    if len(codes) != len(ids) or not set(codes) <= set(_CODES.values()):
        raise ValueError(
            f"{path} must hold one line, 1 or 2, for each of the {len(ids)} pairs in {path.parent / 'data'}; "
            f"got {len(codes)} lines with {', '.join(sorted(set(codes))[:5]) or 'nothing'}. Unpack the data set again."
        )
    chosen = [name for name, code in zip(ids, codes, strict=True) if code == _CODES[split]]
    if not chosen:
        raise ValueError(f"{path} gives the split {split} no pair; mark at least one with {_CODES[split]}.")
    return chosen


def _decode(path: Path) -> Tensor:
    """Return (3, H, W) uint8 RGB. Pillow's, since torchvision reads no PPM."""
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing. Unpack the data set again.")
    try:
        with Image.open(path) as image:
            pixels = np.array(image.convert("RGB"))
    except (UnidentifiedImageError, OSError, ValueError) as error:
        raise ValueError(
            f"{path} cannot be read as an image ({path.stat().st_size} bytes): {error}. "
            "It may have been cut short: copy or unpack it again."
        ) from error
    return torch.from_numpy(pixels).permute(2, 0, 1).contiguous()
