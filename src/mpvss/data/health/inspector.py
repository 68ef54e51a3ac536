"""What mpvss check-data asks of a data set, and how a folder of clips and any other source answer."""

import inspect
from collections.abc import Sequence
from functools import partial
from typing import Protocol

from mpvss.data.health.problems import Kind, Problem
from mpvss.data.sources.clip_listing import ClipListing
from mpvss.data.sources.label_codes import LabelCodes
from mpvss.data.sources.labelled_frame import LabelledFrame, read_labelled_frame
from mpvss.data.sources.source import Inspectable, VideoSource
from mpvss.types import ClassList


class Inspector(Protocol):
    """A split whose clips, damaged or not, can be looked into."""

    classes: ClassList

    @property
    def problems(self) -> Sequence[Problem]:
        """What is wrong with the split as a whole."""

    def __len__(self) -> int:
        """Return the number of clips."""

    def name(self, clip: int) -> str:
        """Return a clip's name."""

    def folder(self, clip: int) -> str:
        """Return where a clip is."""

    def num_frames(self, clip: int) -> int:
        """Return the number of frames of a clip."""

    def clip_problems(self, clip: int) -> Sequence[Problem]:
        """Return what is wrong with a clip before its frames are read."""

    def read(self, clip: int, frame: int) -> LabelledFrame:
        """Read what can be read of a frame."""

    def names_on_disk(self) -> Sequence[str]:
        """Return the names of all clips that are there, in this split or not."""


def open_inspector(open_source: partial, needs_labels: bool = True) -> Inspector:
    """Open the split that a source would read.

    A class of sources that is :class:`~mpvss.data.Inspectable` opens damaged data, too; of any other, what its
    constructor and ``read`` raise is reported.

    Args:
        open_source: a source's class and its arguments.
        needs_labels: whether a clip without labels is damaged.

    Raises:
        FileNotFoundError: if the data set or the split is missing.
        ValueError: if the source cannot be opened for another reason, or does not read videos.
    """
    opener = open_source.func
    owner = opener.__self__ if inspect.ismethod(opener) else opener  # a class method is its class's
    if isinstance(owner, Inspectable):
        return owner.inspector(*open_source.args, **open_source.keywords, needs_labels=needs_labels)
    return SourceInspector(open_source())


class SourceInspector:
    """Read a source's frames one by one and report what it raises; fills Inspector.

    Args:
        source: labelled videos.

    Raises:
        ValueError: if it is no such source.
    """

    problems: tuple[Problem, ...] = ()

    def __init__(self, source: VideoSource) -> None:
        if not isinstance(source, VideoSource):
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
            where = f"{self.name(clip)}, frame {frame}"
            return LabelledFrame(None, None, (Problem(Kind.UNREADABLE, where, f"cannot be read: {error}"),))

    def names_on_disk(self) -> tuple[str, ...]:
        """Return nothing: a source knows of its own videos only."""
        return ()


class ClipInspector:
    """Read what can be read of a split, damaged clips included; fills Inspector.

    Args:
        listing: of the split.
        classes: of the data set.
        codes: what stored labels mean.
    """

    def __init__(self, listing: ClipListing, classes: ClassList, codes: LabelCodes) -> None:
        self.listing = listing
        self.classes = classes
        self.codes = codes
        self.problems = listing.problems

    def __len__(self) -> int:
        return len(self.listing.clips)

    def name(self, clip: int) -> str:
        """Return a clip's name."""
        return self.listing.clips[clip].name

    def folder(self, clip: int) -> str:
        """Return a clip's folder."""
        return str(self.listing.folder(self.name(clip)))

    def num_frames(self, clip: int) -> int:
        """Return the number of frames of a clip, those without masks included."""
        return len(self.listing.clips[clip].frames)

    def clip_problems(self, clip: int) -> tuple[Problem, ...]:
        """Return what names and sizes of files tell."""
        return self.listing.clips[clip].problems

    def read(self, clip: int, frame: int) -> LabelledFrame:
        """Read a frame and its label map, if there is one."""
        listed = self.listing.clips[clip]
        name, folder = listed.frames[frame], self.listing.folder(listed.name)
        mask = folder / "mask" / f"{name.rpartition('.')[0]}.png"
        return read_labelled_frame(folder / "origin" / name, None if name in listed.unmasked else mask, self.codes)

    def names_on_disk(self) -> list[str]:
        """Return the names of all clips that are there, in this split or not."""
        return sorted(path.name for path in (self.listing.root / "data").glob("[!.]*") if path.is_dir())
