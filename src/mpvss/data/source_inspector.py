"""Any source of videos, looked into through its errors."""

from typing import Protocol, runtime_checkable

from mpvss.data.labelled_frame import LabelledFrame
from mpvss.data.problem import Kind, Problem
from mpvss.types import VideoSource


@runtime_checkable
class NamesFiles(Protocol):
    """A source that can say where a frame comes from."""

    def files(self, video: int, frame: int) -> tuple[str, ...]:
        """Return the paths of a frame and of its labels, as far as there are any."""


class SourceInspector:
    """Read a source's frames one by one and report what it raises; fills Inspector.

    Args:
        source: labelled videos; where it :class:`NamesFiles`, problems are reported by file.

    Raises:
        ValueError: if it is no such source.
    """

    problems: tuple[Problem, ...] = ()

    def __init__(self, source: VideoSource) -> None:
        if not hasattr(source, "num_frames"):
            raise ValueError(
                f"Labelled videos can be checked; {type(source).__name__} is something else. "
                "Set data to an option that has videos, such as data=vspw or data=clips."
            )
        self.source = source
        self.classes = source.classes

    def __len__(self) -> int:
        return len(self.source)

    def name(self, clip: int) -> str:
        """Return a video's name."""
        return self.source.name(clip)

    def folder(self, clip: int) -> str:
        """Return a video's name again; where it is only its files may say."""
        return self.source.name(clip)

    def num_frames(self, clip: int) -> int:
        """Return the number of frames of a video."""
        return self.source.num_frames(clip)

    def clip_problems(self, clip: int) -> tuple[Problem, ...]:
        """Return nothing: the source was opened without complaint."""
        return ()

    def read(self, clip: int, frame: int) -> LabelledFrame:
        """Read a frame, or report the error."""
        try:
            return LabelledFrame(*self.source.read(clip, frame))
        except (ValueError, OSError, RuntimeError) as error:
            files = self.source.files(clip, frame) if isinstance(self.source, NamesFiles) else ()
            where = files[0] if files else f"{self.name(clip)}, frame {frame}"
            return LabelledFrame(None, None, (Problem(Kind.UNREADABLE, where, f"cannot be read: {error}"),))

    def names_on_disk(self) -> tuple[str, ...]:
        """Return nothing: a source knows of its own videos only."""
        return ()
