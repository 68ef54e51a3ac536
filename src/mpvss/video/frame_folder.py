"""A folder of pictures as a stream of frames."""

import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import TracebackType

import torch
from torch import Tensor
from torchvision.io import ImageReadMode, decode_image
from torchvision.transforms.v2.functional import to_dtype

SUFFIXES = (".jpg", ".jpeg", ".png")
"""Endings of the files that are taken for frames."""


class FrameFolder:
    """Read the frames of a video from a folder, ordered by name with numbers in their natural order.

    Used as `VideoReader` is. Pictures that cannot be read, or differ in size from the first, are left out, and after
    the last frame `problem` names them.

    Attributes:
        path: the folder.
        frame_rate: frames per second, as given.
        num_frames: number of pictures.
        size: (H, W) of a frame in pixels.

    Args:
        path: folder with .jpg or .png files; others in it are passed over.
        frame_rate: frames per second, which pictures do not say.

    Raises:
        FileNotFoundError: if there is no such folder, or no picture in it.
        ValueError: if none of the pictures can be read, two of them share a name, or the rate is not positive.
    """

    def __init__(self, path: str | Path, frame_rate: Fraction) -> None:
        self.path = Path(path)
        self.frame_rate = frame_rate
        if frame_rate <= 0:
            raise ValueError(f"frame_rate of {self.path} must be positive; got {frame_rate}. VSPW's is 15.")
        self._files = _frame_files(self.path)
        self._left_out: dict[str, str] = {}
        self._finished = False
        self.frame_name = ""
        first = next(filter(lambda frame: frame is not None, map(self._read, self._files)), None)
        if first is None:
            name, reason = next(iter(self._left_out.items()))
            raise ValueError(f"none of the {len(self._files)} pictures in {self.path} can be read: {name} {reason}.")
        self.size: tuple[int, int] = (first.shape[-2], first.shape[-1])

    @property
    def num_frames(self) -> int:
        """Number of pictures in the folder."""
        return len(self._files)

    @property
    def problem(self) -> str | None:
        """Which pictures were left out, in one line; None if none was, or before the last frame was read."""
        if not self._finished or not self._left_out:
            return None
        named = [f"{name} {reason}" for name, reason in list(self._left_out.items())[:3]]
        more = len(self._left_out) - len(named)
        ending = f" and {more} more" if more else ""
        return f"{len(self._left_out)} of {self.num_frames} pictures left out: {', '.join(named)}{ending}"

    def __enter__(self) -> "FrameFolder":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing stays open between frames."""

    def __iter__(self) -> Iterator[Tensor]:
        for file in self._files:
            frame = self._read(file)
            if frame is None:
                continue
            if frame.shape[1:] != self.size:
                size, expected = ("x".join(map(str, shape)) for shape in (frame.shape[1:], self.size))
                self._left_out[file.name] = f"is {size}, not {expected} (height x width)"
                continue
            self.frame_name = file.stem
            yield frame
        self._finished = True

    def _read(self, file: Path) -> Tensor | None:
        try:
            pixels = decode_image(str(file), mode=ImageReadMode.RGB, apply_exif_orientation=True)
        except RuntimeError:  # what torchvision raises for any damage
            self._left_out[file.name] = "cannot be decoded"
            return None
        return to_dtype(pixels, torch.uint8, scale=True)  # 16-bit PNGs come as uint16


def _frame_files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder} should be a folder of frames, but there is none. Check the path.")
    found = [file for file in folder.iterdir() if file.suffix.lower() in SUFFIXES and not file.name.startswith(".")]
    if not found:
        raise FileNotFoundError(
            f"{folder} should hold frames ({', '.join(SUFFIXES)}), but there are none. Pass the folder of one video."
        )
    by_stem = {file.stem: file for file in found}
    if len(by_stem) < len(found):
        twice = next(file for file in found if by_stem[file.stem] != file)
        raise ValueError(
            f"frames in {folder} must have different names; got {twice.name} and {by_stem[twice.stem].name}. "
            "Remove one of them."
        )
    return sorted(found, key=_natural_order)


def _natural_order(file: Path) -> tuple[tuple[int, int, str], ...]:
    """Order frame_2 before frame_10."""
    parts = re.findall(r"\d+|\D+", file.stem)
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts)
