"""A video file as a stream of frames."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import TracebackType

import av
from av.video.frame import VideoFrame
from torch import Tensor

from mpvss.video.container import open_video, upright_rgb


class VideoReader:
    """Read the frames of a video file one by one, upright, in memory that does not grow with its length.

    A context manager and, once, an iterator over (3, H, W) uint8 RGB frames. Damage does not stop it: what can
    be decoded is given, and after the last frame `problem` says what was lost.

    Attributes:
        path: the file.
        frame_rate: frames per second, exactly; the average where the rate varies.
        num_frames: the number of frames the container promises, or None where it does not say.
        size: (H, W) of a frame in pixels, after rotation.

    Args:
        path: any video file FFmpeg reads.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if the file is not a video, or none of its frames can be decoded.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._container = open_video(self.path)
        try:
            self._stream = self._container.streams.video[0]
            self._stream.thread_type = "AUTO"
            self.frame_rate = Fraction(self._stream.average_rate or self._stream.guessed_rate or 0)
            self._promised_frames = self._stream.frames
            self._promised_end = _matroska_seconds(self._stream.metadata.get("DURATION", ""))
            self._num_decoded = self._num_hidden = self._num_errors = self._num_damaged = 0
            self._end = Fraction(0)
            self._notes: list[str] = []
            self._finished = False
            self._frames = self._decode()
            # The first frame tells the rotation, and whether anything can be decoded at all.
            first = next(self._frames, None)
            if first is None or self.frame_rate <= 0:
                what = "none of its frames can be decoded" if first is None else "it has no frame rate"
                raise ValueError(f"{self.path} should be a video, but {what}. Does `ffmpeg -i` read it?")
        except BaseException:
            self._container.close()
            raise
        self._first: Tensor = first
        self.size: tuple[int, int] = (first.shape[-2], first.shape[-1])

    @property
    def num_frames(self) -> int | None:
        """Number of frames the container promises, or None where it does not say."""
        return self._promised_frames - self._num_hidden if self._promised_frames else None

    @property
    def frame_name(self) -> str:
        """Name of the frame last read: its index in eight digits."""
        return f"{self._num_decoded - 1:08d}"

    @property
    def problem(self) -> str | None:
        """What was lost, in one line; None if nothing was, or before the last frame was read."""
        if not self._finished:
            return None
        losses = []
        if self.num_frames and self._num_decoded < self.num_frames:
            losses.append(f"decoded {self._num_decoded} of {self.num_frames} frames")
        elif not self.num_frames and self._ends_early():
            losses.append(
                f"decoded {self._num_decoded} frames, {float(self._end):.2f} of {float(self._promised_end):.2f} s"
            )
        if self._num_errors:
            losses.append(f"decode errors: {self._num_errors}")
        if self._num_damaged:
            losses.append(f"damaged frames: {self._num_damaged}")
        losses += self._notes
        return "; ".join(losses) or None

    def __enter__(self) -> "VideoReader":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._container.close()

    def __iter__(self) -> Iterator[Tensor]:
        yield self._first
        yield from self._frames

    def _decode(self) -> Iterator[Tensor]:
        size = None
        for decoded in self._decoded_frames():
            pixels = upright_rgb(decoded)
            size = size or pixels.shape
            if pixels.shape != size:
                self._notes.append(
                    f"frame {self._num_decoded} changes the size from {size[1]}x{size[2]} to "
                    f"{pixels.shape[1]}x{pixels.shape[2]} (height x width), reading stopped there"
                )
                break
            self._num_decoded += 1
            self._num_damaged += decoded.is_corrupt
            if decoded.time is not None:
                self._end = Fraction(decoded.time) + 1 / self.frame_rate
            yield pixels
        self._finished = True

    def _decoded_frames(self) -> Iterator[VideoFrame]:
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except av.FFmpegError as error:
                self._notes.append(f"the file cannot be read on ({error.strerror})")
                return
            # Packets before the first shown frame of an edited video are counted by the container, but not shown.
            self._num_hidden += packet.is_discard
            try:
                decoded = packet.decode()
            except av.FFmpegError:
                self._num_errors += 1
                continue
            yield from decoded

    def _ends_early(self) -> bool:
        """Compare the last frame's end with the promised duration; containers round it, so allow two frames."""
        return self._end + 2 / self.frame_rate < self._promised_end


def _matroska_seconds(duration: str) -> Fraction:
    """Read a Matroska duration tag such as 00:01:09.640000000; zero where there is none."""
    seconds = Fraction(0)
    for part in duration.split(":"):
        if not part.replace(".", "", 1).isdigit():
            return Fraction(0)
        seconds = seconds * 60 + Fraction(part)
    return seconds
