"""What a data set of pairs looks like to those that serve it."""

from typing import Protocol

from mpvss.types import FramePair, VideoSource


class PairSource(Protocol):
    """Pairs that can be read in any order (stored ones, or drawn ones that are a function of their index)."""

    def __len__(self) -> int:
        """Return the number of pairs, or of those that make up an epoch."""

    def __getitem__(self, index: int) -> FramePair:
        """Return an unbatched pair: the fields of a FramePair without the batch dimension."""


class TrainingPairs(PairSource, Protocol):
    """Pairs without end, a new one at every index however large; the length is that of an epoch."""

    def describe(self, index: int) -> str:
        """Return in words where the pair at an index comes from, without reading it."""


def describe_frames(source: VideoSource, video: int, *frames: int) -> str:
    """Name a video and frames of it, by their files where there are any."""
    name = getattr(source, "frame_name", lambda _, frame: str(frame))
    return f"{source.name(video)}, {' and '.join(name(video, frame) for frame in frames)}"
