"""What a data set says of itself, and how to add one.

A data set is a class that reads frames: :class:`VideoSource`. That is all that training and evaluation need. What else
a data set may know, it says by having one more method, and whoever can use it asks for it with ``isinstance``:

=========================  =============================================  ==========================================
a class that also has      says                                           and then
=========================  =============================================  ==========================================
``frame_name``             what the files of its frames are called        errors and label files use these names
:class:`StoresLabels`      the codes of its label files                   predictions are stored in the same codes
:class:`SparselyLabelled`  that only some frames are labelled             each is trained on and scored by itself
:class:`KnowsFlow`         how every pixel moved                          ``data.flow=true`` and figures can use it
:class:`Inspectable`       how to open it in spite of damaged files       check_data.py names every damaged file
=========================  =============================================  ==========================================

To add a data set that lies in VSPW's layout, write one file: a YAML that starts with ``defaults: [clips]``, as
``conf/data/camvid.yaml`` does. To add one of another layout, open five:

1. ``src/mpvss/data/sources/<name>.py``: a class that inherits :class:`VideoSource`. Its constructor takes the folder
   and the split, lists files, decodes nothing, and says what it expected where something is missing
   (``cityscapes.py`` is an example of 200 lines, ``video_files.py`` of 150).
2. ``src/mpvss/data/__init__.py``: import it there, so that YAML can name it ``mpvss.data.<Name>``.
3. ``conf/data/<name>.yaml``: ``defaults: [datamodule/videos, pairs: video]``, its ``name``, ``num_classes``, ``root``,
   ``crop`` and ``scale``, and the node ``source``, with the class and its arguments for ``train`` and for ``val``.
   ``data=<name>`` then works in every command.
4. ``tests/unit/data/sources/test_<name>.py``: write a few tiny files, compare what is read with what was written.
5. ``tests/unit/data/test_configuration.py``: one test that takes a batch from the YAML.

A whole example, class and YAML, is in ``tests/unit/data/sources/test_source.py``.

Where the classes have stored codes other than 1, 2, ..., :class:`~mpvss.data.sources.label_codes.LabelCodes` translates
them; ``decoding.py`` decodes images, and ``file_tree.py`` reads zips as if they were folders.
"""

from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from torch import Tensor

from mpvss.types import ClassList

if TYPE_CHECKING:  # it is made of sources itself
    from mpvss.data.health.inspector import Inspector


@runtime_checkable
class VideoSource(Protocol):
    """Labelled videos that can be read frame by frame in any order (a folder of clips, a generator)."""

    classes: ClassList

    def __len__(self) -> int:
        """Return the number of videos."""

    def name(self, video: int) -> str:
        """Return the video's name, as it appears in results and errors."""

    def num_frames(self, video: int) -> int:
        """Return the number of frames of a video."""

    def read(self, video: int, frame: int) -> tuple[Tensor, Tensor]:
        """Return a frame, (3, H, W) uint8 RGB, and its labels, (H, W) uint8 classes or VOID."""

    def frame_name(self, video: int, frame: int) -> str:
        """Return the name of a frame's file without its ending; unless the data set has its own, the number."""
        return f"{frame:05d}"


@runtime_checkable
class StoresLabels(Protocol):
    """Labels that are files, in codes of their own."""

    @property
    def label_codes(self) -> tuple[int, ...]:
        """The code of each class in label files, 0..255."""


@runtime_checkable
class SparselyLabelled(VideoSource, Protocol):
    """Videos of which only some frames are labelled, one of 30 in Cityscapes; the others' labels are all VOID."""

    def labelled_frames(self, video: int) -> tuple[int, ...]:
        """Return the numbers of a video's labelled frames, ascending."""


@runtime_checkable
class KnowsFlow(Protocol):
    """Videos whose motion is known, because they are made up or were measured."""

    def flow(self, video: int, frame: int, key_frame: int) -> tuple[Tensor, Tensor]:
        """Return the displacement from `frame` into `key_frame`, (2, H, W) pixels, and visibility, (H, W) bool."""


@runtime_checkable
class Inspectable(Protocol):
    """The class of a source (not a source) that can also be opened where files are damaged or missing."""

    def inspector(self, *arguments: Any, needs_labels: bool = True, **options: Any) -> "Inspector":  # the constructor's
        """Open what the constructor would open, to look for damage.

        Args:
            arguments: of the constructor.
            needs_labels: whether a clip without labels is damaged.
            options: of the constructor.
        """


def scored_frames(source: VideoSource) -> list[tuple[int, int]]:
    """Return number of video and frame of everything that has labels, in order."""
    return [(video, frame) for video in range(len(source)) for frame in labelled_frames(source, video)]


def labelled_frames(source: VideoSource, video: int) -> tuple[int, ...]:
    """Return the numbers of a video's labelled frames, ascending: all, unless the source is sparsely labelled."""
    if isinstance(source, SparselyLabelled):
        return source.labelled_frames(video)
    return tuple(range(source.num_frames(video)))
