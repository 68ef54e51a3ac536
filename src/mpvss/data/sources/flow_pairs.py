"""Stored pairs with exact flow, and the file format that they share, .flo.

FlyingChairs (Dosovitskiy et al., ICCV 2015) is rendered chairs over photographs, to train on; Middlebury (Baker et al.,
IJCV 2011) real pairs, to evaluate on.
"""

from pathlib import Path

import numpy as np
import torch
from PIL import Image, UnidentifiedImageError
from torch import Tensor
from torch.utils.data import Dataset

from mpvss.data.sources.decoding import decode_rgb
from mpvss.types import VOID, FramePair

_MAGIC = 202021.25  # its four bytes spell "PIEH"
_HEADER = 12
_UNKNOWN = 1e9


def read_flo(path: str | Path) -> tuple[Tensor, Tensor]:
    """Read dense flow.

    Convention:
        Channel 0 is x (right), channel 1 is y (down), in pixels. The file is little-endian: float32 202021.25, int32
        width, int32 height, then (x, y) of every pixel, row by row; a value beyond 1e9 means unknown.

    Args:
        path: the file.

    Returns:
        (2, H, W) float32 displacement, 0 where unknown, and (H, W) bool, where it is known.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if it is no .flo file, or not as long as its header says.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing. Restore it, or check the data set's root.")
    content = path.read_bytes()
    if len(content) < _HEADER or np.frombuffer(content, "<f4", count=1)[0] != _MAGIC:
        raise ValueError(
            f"{path} must be a .flo file, which starts with the bytes {np.array(_MAGIC, '<f4').tobytes()!r}; "
            f"got {content[:4]!r} ({len(content)} bytes). Download it again."
        )
    width, height = (int(side) for side in np.frombuffer(content, "<i4", count=2, offset=4))
    expected = _HEADER + 8 * width * height
    if min(width, height) < 1 or len(content) != expected:
        raise ValueError(
            f"{path} must have {expected} bytes for {width}x{height} pixels (width x height); got {len(content)}. "
            "It may have been cut short: copy or download it again."
        )
    values = np.frombuffer(content, "<f4", offset=_HEADER).reshape(height, width, 2).astype(np.float32)
    flow = torch.from_numpy(values.transpose(2, 0, 1).copy())
    known = (flow.abs() <= _UNKNOWN).all(dim=0)  # False for NaN too
    return torch.where(known, flow, 0.0), known


_SPLIT_FILE = "FlyingChairs_train_val.txt"
_CODES = {"train": "1", "val": "2"}

_CHAIRS_LAYOUT = f"""\
  <root>/data/<id>_img1.ppm, <id>_img2.ppm   two frames
  <root>/data/<id>_flow.flo                  flow from img1 to img2
  <root>/{_SPLIT_FILE}          one line per pair, in the order of the ids: 1 train, 2 val"""

_CHAIRS_HINT = (
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
                f"No FlyingChairs at {self.root.absolute()}. Expected this layout:\n{_CHAIRS_LAYOUT}\n{_CHAIRS_HINT}\n"
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
        raise FileNotFoundError(f"No split file at {path}. Expected this layout:\n{_CHAIRS_LAYOUT}\n{_CHAIRS_HINT}")
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


_MIDDLEBURY_LAYOUT = """\
  <root>/<scene>/frame10.png, frame11.png   two frames
  <root>/<scene>/flow10.flo                 flow from frame10 to frame11"""

_MIDDLEBURY_HINT = (
    "The pairs are to be had from https://vision.middlebury.edu/flow/data: unpack other-color-twoframes.zip and "
    "other-gt-flow.zip, put each scene's flow10.flo beside its frames, and set MIDDLEBURY_ROOT or data.root."
)


class Middlebury(Dataset[FramePair]):
    """Pairs with exact flow and without labels, one per scene, in the order of their names; they differ in size.

    The flow of the files goes from frame10 to frame11, and flow goes from frame j into key frame k: frame j is
    frame10, the key frame is frame11. ``visible`` is where flow is known.

    Args:
        root: folder of the data set, laid out as the error for a missing one shows.

    Attributes:
        names: the scenes.

    Raises:
        FileNotFoundError: if the root, or one of a scene's files, is missing.
    """

    def __init__(self, root: str | Path) -> None:
        self.root = Path(root).expanduser()
        if not self.root.is_dir():
            raise FileNotFoundError(
                f"No pairs at {self.root.absolute()}. Expected this layout:\n{_MIDDLEBURY_LAYOUT}\n{_MIDDLEBURY_HINT}"
            )
        self.names = tuple(sorted(path.parent.name for path in self.root.glob("*/flow10.flo")))
        if not self.names:
            raise FileNotFoundError(
                f"No scene with a flow10.flo in {self.root.absolute()}. Expected this layout:\n{_MIDDLEBURY_LAYOUT}\n"
                f"{_MIDDLEBURY_HINT}"
            )
        for scene in self.names:
            for file in ("frame10.png", "frame11.png"):
                if not (self.root / scene / file).is_file():
                    raise FileNotFoundError(
                        f"{self.root / scene / file} is missing. Expected this layout:\n{_MIDDLEBURY_LAYOUT}"
                    )

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, index: int) -> FramePair:
        """Decode a pair.

        Returns:
            Unbatched: frames (3, H, W), labels (H, W), gap () of 1, flow (2, H, W), visible (H, W).

        Raises:
            ValueError: if a file cannot be decoded, or they differ in size.
        """
        folder = self.root / self.names[index]
        frame, key_frame = (
            decode_rgb((folder / file).read_bytes(), str(folder / file)) for file in ("frame10.png", "frame11.png")
        )
        flow, known = read_flo(folder / "flow10.flo")
        if not frame.shape[1:] == key_frame.shape[1:] == flow.shape[1:]:
            sizes = ", ".join(f"{one.shape[2]}x{one.shape[1]}" for one in (frame, key_frame, flow))
            raise ValueError(
                f"frame10.png, frame11.png and flow10.flo in {folder} must have one size; got {sizes} "
                "(width x height). Unpack them again."
            )
        void = torch.full(known.shape, VOID, dtype=torch.uint8)
        return FramePair(key_frame, void, frame, void.clone(), torch.tensor(1), flow, known)
