"""What check_data.py asks of a data set."""

from collections.abc import Sequence
from functools import partial
from typing import Protocol

from mpvss.data.labelled_frame import LabelledFrame
from mpvss.data.problem import Problem
from mpvss.data.source_inspector import SourceInspector
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

    A source's class that can look at damaged data has a class method ``inspector``, which takes the arguments of its
    constructor and `needs_labels`; of any other, what its constructor and ``read`` raise is reported.

    Args:
        open_source: a source's class and its arguments.
        needs_labels: whether a clip without labels is damaged.

    Raises:
        FileNotFoundError: if the data set or the split is missing.
        ValueError: if the source cannot be opened for another reason, or does not read videos.
    """
    owner = getattr(open_source.func, "__self__", open_source.func)  # a class, or that of an opening class method
    make = getattr(owner, "inspector", None)
    if make is None:
        return SourceInspector(open_source())
    return make(*open_source.args, **open_source.keywords, needs_labels=needs_labels)
