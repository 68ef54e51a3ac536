"""Opening a video file, and its frames the right way up: what reading in order and reading in any order share."""

from pathlib import Path

import av
import torch
from av.container import InputContainer
from av.video.frame import VideoFrame
from torch import Tensor

_RGB_FORMATS = ("rgb24", "bgr24", "gbrp", "rgb0", "bgr0", "rgba", "bgra")


def open_video(path: Path) -> InputContainer:
    """Open a file that holds a video stream; close it after use.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if it is not a video.
    """
    if not path.is_file():
        raise FileNotFoundError(f"{path} should be a video file, but there is none. Check the path of the video.")
    try:
        container = av.open(str(path), metadata_errors="replace")
    except av.FFmpegError as error:
        raise ValueError(
            f"{path} should be a video, but cannot be opened as one ({error.strerror}). "
            "Either it is something else, or a file that was cut off: does `ffmpeg -i` read it?"
        ) from error
    if not container.streams.video:
        kinds = ", ".join(sorted({stream.type for stream in container.streams})) or "none"
        container.close()
        raise ValueError(f"{path} should hold a video stream; its streams are: {kinds}. Pass a video with pictures.")
    return container


def upright_rgb(frame: VideoFrame, threads: int = 0) -> Tensor:
    """Convert to (3, H, W) uint8 RGB, turned as the display matrix says.

    Args:
        frame: as decoded.
        threads: that convert; 0 for one per core. A process that is forked needs 1: threads stay behind, and freeing
            what they belonged to waits for them.
    """
    pixels = torch.from_numpy(frame.to_ndarray(format="rgb24", threads=threads))
    return turn_upright(pixels.permute(2, 0, 1), frame)


def turn_upright(pixels: Tensor, frame: VideoFrame) -> Tensor:
    """Turn (..., H, W) pixels of a frame as its display matrix says, in quarter turns counter-clockwise."""
    return pixels.rot90(round(frame.rotation / 90), dims=(-2, -1)).contiguous()


def grey_values(frame: VideoFrame, where: str) -> Tensor:
    """Return the grey values of a frame as they were stored, (H, W) uint8, turned as the display matrix says.

    Args:
        frame: as decoded.
        where: what it is, for the error.

    Raises:
        ValueError: if it has colours, or a format that does not keep every value.
    """
    if frame.format.name == "gray":
        return turn_upright(torch.from_numpy(frame.to_ndarray()), frame)
    if frame.format.name in _RGB_FORMATS:
        red, green, blue = torch.from_numpy(frame.to_ndarray(format="rgb24", threads=1)).unbind(-1)
        if torch.equal(red, green) and torch.equal(red, blue):
            return turn_upright(red, frame)
        found = "colours"
    else:
        found = f"pixels of format {frame.format.name}, which do not keep every value"
    raise ValueError(
        f"{where} must hold label codes as grey values; got {found}. Write it from the label maps: "
        "ffmpeg -i %08d.png -c:v ffv1 -pix_fmt gray labels.mkv"
    )
