"""A folder of clips, looked into file by file."""

from mpvss.data.clip_listing import ClipListing
from mpvss.data.label_codes import LabelCodes
from mpvss.data.labelled_frame import LabelledFrame, read_labelled_frame
from mpvss.data.problem import Problem
from mpvss.types import ClassList


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
