"""Where the labels of a video file are: a parallel label video, a folder of label maps, or nowhere."""

from pathlib import Path
from typing import Protocol

from torch import Tensor

from mpvss.data.sources.decoding import decode_codes
from mpvss.data.sources.open_files import OpenFiles
from mpvss.video.container import grey_values
from mpvss.video.seekable import SeekableVideo


class FrameCodes(Protocol):
    """The stored label codes of a video, frame by frame."""

    def __len__(self) -> int:
        """Return the number of frames."""

    def where(self, frame: int) -> str:
        """Return where the codes of a frame are stored, for a message."""

    def read(self, frame: int) -> Tensor:
        """Return the codes of a frame, (H, W) uint8."""


class LabelVideo:
    """A video whose grey values are label codes; it must be lossless.

    Args:
        path: of the label video.
        num_frames: that it has.
        videos: opens it, and closes it when others are read.
    """

    def __init__(self, path: Path, num_frames: int, videos: OpenFiles[SeekableVideo]) -> None:
        self.path = path
        self._num_frames = num_frames
        self._videos = videos

    def __len__(self) -> int:
        return self._num_frames

    def where(self, frame: int) -> str:
        """Return the place of a frame."""
        return f"{self.path}, frame {frame},"

    def read(self, frame: int) -> Tensor:
        """Return (H, W) uint8 codes.

        Raises:
            ValueError: if the frame cannot be decoded, or its values are no grey values.
        """
        return grey_values(self._videos(self.path).read(frame), self.where(frame))


class LabelFolder:
    """A folder with one PNG of label codes per frame, in the order of their names: 2 before 10, 02 before 10.

    Args:
        folder: with the files.

    Raises:
        FileNotFoundError: if there is no PNG in it.
    """

    def __init__(self, folder: Path) -> None:
        self._paths = sorted(folder.glob("*.png"), key=lambda path: (len(path.stem), path.stem))
        if not self._paths:
            raise FileNotFoundError(f"{folder} must hold one PNG of label codes per frame of its video; it holds none.")

    def __len__(self) -> int:
        return len(self._paths)

    def where(self, frame: int) -> str:
        """Return the path of a frame's label map."""
        return str(self._paths[frame])

    def read(self, frame: int) -> Tensor:
        """Return (H, W) uint8 codes.

        Raises:
            FileNotFoundError: if the file has gone since construction.
            ValueError: if it is no 8-bit grey PNG.
        """
        path = self._paths[frame]
        if not path.is_file():
            raise FileNotFoundError(f"{path} is missing. Restore it, or start again without its video.")
        return decode_codes(path.read_bytes(), str(path))


def find_labels(labels: Path, video: Path, suffixes: tuple[str, ...], is_only: bool) -> Path:
    """Find the labels of a video.

    Args:
        labels: a folder with a label video or a folder of PNGs for each video, named as it is; for a single video
            also the label video or the folder of PNGs itself.
        video: the video.
        suffixes: of files that are taken for label videos.
        is_only: whether it is the only video.

    Returns:
        The label video, or the folder of PNGs.

    Raises:
        FileNotFoundError: if there are none.
        ValueError: if there are several.
    """
    if is_only and (labels.is_file() or any(labels.glob("*.png"))):
        return labels
    named = [path for path in labels.glob("*") if path.stem == video.stem and path.suffix.lower() in suffixes]
    named += [path for path in [labels / video.stem] if path.is_dir()]
    if len(named) > 1:
        raise ValueError(f"{video} must have its labels in one place; got {named[0]} and {named[1]}. Remove one.")
    if not named:
        raise FileNotFoundError(
            f"No labels of {video}: expected a lossless label video {labels / video.stem}.mkv or a folder "
            f"{labels / video.stem} with one PNG per frame. Where there are none, leave the option out."
        )
    return named[0]
