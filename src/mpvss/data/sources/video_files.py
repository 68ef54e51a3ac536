"""Video files, decoded as they are read."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from glob import glob
from pathlib import Path

import torch
from torch import Tensor

from mpvss.data.sources.class_file import CLASSES_FORMAT, named_classes, read_classes
from mpvss.data.sources.decoding import check_same_size
from mpvss.data.sources.open_files import OpenFiles
from mpvss.data.sources.source import VideoSource
from mpvss.data.sources.video_labels import FrameCodes, LabelFolder, LabelVideo, find_labels
from mpvss.types import VOID
from mpvss.video.container import upright_rgb
from mpvss.video.seekable import SeekableVideo, index_video

VIDEO_SUFFIXES = (".mp4", ".mkv", ".mov", ".avi", ".webm", ".m4v", ".ts", ".mpg", ".mpeg")
"""Endings of the files in a folder that are taken for videos."""

_OPEN_VIDEOS = 8  # per process, label videos among them; a decoder of 1080p holds some 100 MB


class VideoFiles(VideoSource):
    """Videos read frame by frame in any order by seeking; nothing is unpacked.

    Construction reads every file once to find its frames, and decodes nothing.

    Args:
        files: a video file, a folder of them, a pattern such as ``drive/*.mp4``, or a ``.txt`` file that lists one per
            line, relative to itself.
        labels: a folder with a label video (lossless, grey values are codes) or a folder of PNGs for each video, named
            as it is; for a single video also the label video or the folder itself. None if nothing is labelled: all
            labels are then VOID.
        class_names: K names in label order; None to read them from `class_file`.
        class_file: a YAML list of classes, or VSPW's ``label_num_dic_final.json``.

    Raises:
        FileNotFoundError: if there is no video, or no labels for one.
        ValueError: if a file cannot be read as a video, has not as many labels as frames, or classes are not named.
    """

    def __init__(
        self,
        files: str | Path,
        labels: str | Path | None = None,
        class_names: Sequence[str] | None = None,
        class_file: str | Path | None = None,
    ) -> None:
        self._paths = _find_videos(Path(files).expanduser())
        if class_names is None and class_file is None:
            raise ValueError(
                "Name the classes of the videos, without labels those of the model that is trained on them: list them "
                f"in data.class_names, or set data.class_file to a YAML file such as:\n{CLASSES_FORMAT}"
            )
        if class_names is not None:
            self.classes, self._codes = named_classes(tuple(class_names), Path(files))
        elif class_file is not None:
            self.classes, self._codes = read_classes(Path(class_file).expanduser())
        with ThreadPoolExecutor() as pool:
            self._indices = dict(zip(self._paths, pool.map(index_video, self._paths), strict=True))
        self._videos = OpenFiles(self._open, _OPEN_VIDEOS)
        self._labels = [None if labels is None else self._find_labels(path, Path(labels)) for path in self._paths]

    def __len__(self) -> int:
        return len(self._paths)

    def name(self, video: int) -> str:
        """Return the file's name without its ending, after the folders in which the files differ."""
        shared = os.path.commonpath([path.parent for path in self._paths])
        return self._paths[video].relative_to(shared).with_suffix("").as_posix()

    def num_frames(self, video: int) -> int:
        """Return the number of frames that playing the video shows."""
        return len(self._indices[self._paths[video]].times)

    @property
    def label_codes(self) -> tuple[int, ...]:
        """The code of each class in label maps."""
        return self._codes.of_classes

    def read(self, video: int, frame: int) -> tuple[Tensor, Tensor]:
        """Decode a frame.

        Returns:
            (3, H, W) uint8 RGB and (H, W) uint8 classes or VOID.

        Raises:
            FileNotFoundError: if a file has gone since construction.
            ValueError: if it cannot be decoded, the labels differ in size, or one is outside the classes.
        """
        path, labels = self._paths[video], self._labels[video]
        image = upright_rgb(self._videos(path).read(frame), threads=1)
        if labels is None:
            return image, torch.full(image.shape[1:], VOID, dtype=torch.uint8)
        codes, where = labels.read(frame), labels.where(frame)
        check_same_size(image, codes, f"{frame} of {path.name}", where)
        return image, self._codes(codes, where)

    def _find_labels(self, path: Path, labels: Path) -> FrameCodes:
        place = find_labels(labels.expanduser(), path, VIDEO_SUFFIXES, is_only=len(self._paths) == 1)
        codes: FrameCodes
        if place.is_dir():
            codes = LabelFolder(place)
        else:
            self._indices[place] = index_video(place)
            codes = LabelVideo(place, len(self._indices[place].times), self._videos)
        num_frames = len(self._indices[path].times)
        if len(codes) != num_frames:
            raise ValueError(
                f"Every frame of {path} must have its labels: it has {num_frames} frames, but there are {len(codes)} "
                f"label maps, from {codes.where(0)} on. Write them again for the video as it is."
            )
        return codes

    def _open(self, path: Path) -> SeekableVideo:
        return SeekableVideo(path, self._indices[path])


def open_videos(
    files: str | Path | None,
    labels: str | Path | None = None,
    class_names: Sequence[str] | None = None,
    class_file: str | Path | None = None,
) -> VideoFiles | None:
    """Open video files, or none where none are named.

    Args:
        files: as in :class:`VideoFiles`; None gives None.
        labels: as in :class:`VideoFiles`.
        class_names: as in :class:`VideoFiles`.
        class_file: as in :class:`VideoFiles`.
    """
    return None if files is None else VideoFiles(files, labels, class_names, class_file)


def _find_videos(files: Path) -> list[Path]:
    if files.is_dir():
        found = sorted(path for path in files.iterdir() if path.suffix.lower() in VIDEO_SUFFIXES)
    elif files.suffix == ".txt" and files.is_file():
        lines = files.read_text(encoding="utf-8").splitlines()
        found = [files.parent / line.strip() for line in lines if line.strip()]
    else:
        found = [files] if files.is_file() else [Path(name) for name in sorted(glob(str(files), recursive=True))]
    if not found:
        raise FileNotFoundError(
            f"No video at {files.absolute()}. Expected a video file, a folder of {', '.join(VIDEO_SUFFIXES)} files, a "
            "pattern such as drive/*.mp4, or a .txt file with one path per line."
        )
    return [path.absolute() for path in found]
