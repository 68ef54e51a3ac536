"""A video file whose frames can be read in any order."""

from bisect import bisect_right
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import av
from av.video.frame import VideoFrame

from mpvss.video.container import open_video


class VideoIndex(NamedTuple):
    """Where the frames of a video are, in the order in which they are shown.

    Attributes:
        times: of every frame, in ticks of the stream's clock.
        keys: times of the frames from which decoding can start, ascending, and the time to seek to for each.
    """

    times: tuple[int, ...]
    keys: tuple[tuple[int, int], ...]


def index_video(path: Path) -> VideoIndex:
    """List the frames of a video. Its packets are read, none is decoded.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if it is not a video, or its frames have no times to find them by.
    """
    with open_video(path) as container:
        try:
            packets = [packet for packet in container.demux(container.streams.video[0]) if packet.size]
        except av.FFmpegError as error:
            raise ValueError(
                f"{path} cannot be read to its end ({error.strerror}). It may have been cut short: copy it again."
            ) from error
    num_shown = sum(not packet.is_discard for packet in packets)
    times = {packet.pts for packet in packets if packet.pts is not None and not packet.is_discard}
    keys = {packet.pts: packet for packet in packets if packet.pts is not None and packet.is_keyframe}
    if not times or not keys or len(times) < num_shown:
        problem = "its frames do not each have a time of their own" if num_shown else "it has no frames"
        raise ValueError(
            f"{path} cannot be read frame by frame: {problem}. Write it anew: "
            f"ffmpeg -i {path.name} -c:v libx264 -crf 10 -g 15 {path.stem}-new.mp4"
        )
    # Containers that keep decoding times look for those.
    starts = {time: time if packet.dts is None else packet.dts for time, packet in keys.items()}
    return VideoIndex(tuple(sorted(times)), tuple(sorted(starts.items())))


class SeekableVideo:
    """Decodes any frame of a video, exactly: frame n is the n-th that playing it shows.

    Frames are found by their times, so variable frame rates and frames that are stored out of order are no matter.
    Reading on from the last frame decodes only what is new. One thread decodes: a DataLoader has processes for more,
    and its forks cannot free a decoder whose threads they have not.

    Args:
        path: the file.
        index: what :func:`index_video` said of it.
    """

    def __init__(self, path: Path, index: VideoIndex) -> None:
        self.path = path
        self._index = index
        self._key_times = [time for time, _ in index.keys]
        self._container = open_video(path)
        self._stream = self._container.streams.video[0]
        self._stream.codec_context.thread_count = 1
        self._frames: Iterator[VideoFrame] = iter(())
        self._last: tuple[int, VideoFrame] | None = None  # with its time

    def close(self) -> None:
        """Close the file."""
        self._container.close()

    def read(self, frame: int) -> VideoFrame:
        """Decode frame number `frame`.

        Raises:
            ValueError: if it cannot be decoded; names it.
        """
        try:
            return self._decode(self._index.times[frame])
        except (av.FFmpegError, StopIteration, _MissingError) as error:
            self._last = None
            reason = getattr(error, "strerror", None) or str(error) or "the video ends before it"
            raise ValueError(
                f"{self.path}: frame {frame} of {len(self._index.times)} cannot be decoded ({reason}). The file may be "
                f"damaged. Copy it again, or keep what can be read: ffmpeg -i {self.path.name} -c:v libx264 -crf 10 "
                f"-g 15 {self.path.stem}-new.mp4"
            ) from error

    def _decode(self, time: int) -> VideoFrame:
        key = max(0, bisect_right(self._key_times, time) - 1)
        if self._last is None or not self._key_times[key] <= self._last[0] <= time:  # decoding on would not do
            self._seek(key)
        while self._last is None or self._last[0] < time:
            self._last = next((shown.pts, shown) for shown in self._frames if shown.pts is not None)
        if self._last[0] != time:
            raise _MissingError("it is missing from what the decoder gives")
        if self._last[1].is_corrupt:
            raise _MissingError("some of it is missing")
        return self._last[1]

    def _seek(self, key: int) -> None:
        """Start decoding at a key frame, or at one before it where the container does not lead there."""
        self._last = None
        for _, start in reversed(self._index.keys[: key + 1]):
            self._container.seek(start, stream=self._stream)
            packets = self._container.demux(self._stream)
            first = next(packets)
            if first.pts is not None and first.pts <= self._key_times[key]:
                self._frames = (frame for packet in chain([first], packets) for frame in packet.decode())
                return
        self._frames = iter(())


class _MissingError(Exception):
    """The decoder does not give a frame, or not all of it."""
