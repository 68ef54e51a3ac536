"""Predicted label maps into a folder, in the data set's own codes."""

from pathlib import Path

from torch import Tensor
from torchvision.io import write_png

from mpvss.atomic import replacing
from mpvss.evaluation.label_files import label_codes, label_file
from mpvss.types import VideoSource


class PredictionWriter:
    """Write 8-bit grey PNGs ``<folder>/<clip>/<frame>.png``, as the data set stores its labels.

    Args:
        folder: target; files of the same names in it are replaced.
        source: the videos, which know names and codes.
    """

    def __init__(self, folder: str | Path, source: VideoSource) -> None:
        self.folder = Path(folder)
        self.source = source
        self._codes = label_codes(source)

    def write(self, video: int, start: int, labels: Tensor) -> None:
        """Write consecutive frames of a video.

        Args:
            video: its number.
            start: index of the first frame.
            labels: (T, H, W) uint8 classes.
        """
        for frame, codes in enumerate(self._codes[labels.cpu().long()], start):
            with replacing(self.folder / label_file(self.source, video, frame)) as partial:
                write_png(codes[None], str(partial))
