"""Frames into a video file."""

import os
from fractions import Fraction
from pathlib import Path
from types import TracebackType

import av
import torch
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace
from torch import Tensor

SUFFIXES = (".mp4", ".mkv", ".mov")
"""Endings of the files that can be written."""

_BT709 = 1  # the number H.264 itself gives this colour standard


class VideoWriter:
    """Write frames to an H.264 video of exactly the given size and rate; used as a context manager.

    Frames go to a hidden file beside the target, which takes the target's name when the context ends well. When
    it ends with an error, Ctrl-C included, the hidden file goes and an earlier target stays as it was.

    H.264 halves the colour resolution by default (yuv420p), which every player shows but which needs even
    sides. An odd side is therefore written with full colour resolution (yuv444p) rather than cropped or padded;
    some players, those of browsers and phones among them, do not show that.

    Args:
        path: target, ending in .mp4, .mkv or .mov; its folder is made if needed.
        frame_rate: frames per second.
        size: (H, W) of a frame in pixels.

    Raises:
        ValueError: if the target has another ending, or the context ends before any frame was written.
    """

    def __init__(self, path: str | Path, frame_rate: Fraction, size: tuple[int, int]) -> None:
        self.path = Path(path)
        if self.path.suffix.lower() not in SUFFIXES:
            raise ValueError(f"a video must end in {', '.join(SUFFIXES)}; got {self.path}. Rename the output.")
        self.size = size
        self.num_frames = 0
        self._time_base = 1 / frame_rate
        self._partial = self.path.with_name(f".{self.path.stem}.partial{self.path.suffix}")
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # The index goes to the front, where a browser can start playing before it has all; Matroska has no such option.
        options = {} if self.path.suffix.lower() == ".mkv" else {"movflags": "+faststart"}
        self._container = av.open(str(self._partial), "w", options=options)
        self._stream = self._container.add_stream("libx264", rate=frame_rate)
        self._stream.height, self._stream.width = size
        self._stream.pix_fmt = "yuv420p" if size[0] % 2 == size[1] % 2 == 0 else "yuv444p"
        self._stream.options = {"crf": "18", "preset": "veryfast"}
        codec = self._stream.codec_context
        codec.colorspace = codec.color_primaries = codec.color_trc = _BT709
        codec.color_range = ColorRange.MPEG

    def __enter__(self) -> "VideoWriter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None and self.num_frames:
                self._container.mux(self._stream.encode())
            self._container.close()
            if kind is None and self.num_frames:
                os.replace(self._partial, self.path)
        finally:
            self._partial.unlink(missing_ok=True)
        if kind is None and not self.num_frames:
            raise ValueError(f"{self.path} would be a video without frames. Write at least one.")

    def write(self, frame: Tensor) -> None:
        """Append a frame.

        Args:
            frame: (3, H, W) uint8 RGB.

        Raises:
            ValueError: if the frame has another shape or type.
        """
        if frame.shape != (3, *self.size) or frame.dtype != torch.uint8:
            raise ValueError(
                f"a frame of {self.path} must be (3, {self.size[0]}, {self.size[1]}) uint8; "
                f"got {tuple(frame.shape)} {frame.dtype}. Resize it, or open a writer of its size."
            )
        rgb = VideoFrame.from_ndarray(frame.permute(1, 2, 0).contiguous().cpu().numpy(), format="rgb24")
        # Without a name for the colours, they would be written by one standard and shown by another.
        picture = rgb.reformat(
            format=self._stream.pix_fmt, dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG
        )
        picture.pts, picture.time_base = self.num_frames, self._time_base
        self._container.mux(self._stream.encode(picture))
        self.num_frames += 1
