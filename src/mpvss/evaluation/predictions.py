"""Label maps as files, in the data set's own codes: named, written, and scored in place of a model's."""

from pathlib import Path

import torch
from torch import Tensor
from torchvision.io import ImageReadMode, decode_image, write_png

from mpvss.data import SparselyLabelled, StoresLabels, VideoSource, scored_frames
from mpvss.metrics import VideoMetrics
from mpvss.output.atomic import replacing
from mpvss.output.progress import progress_bar


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


def label_codes(source: VideoSource) -> Tensor:
    """Return (K,) uint8, the code of each class in the data set's label files: class + 1 where it has no files."""
    if isinstance(source, StoresLabels):
        return torch.tensor(source.label_codes, dtype=torch.uint8)
    return torch.arange(1, len(source.classes.names) + 1, dtype=torch.uint8)


def label_file(source: VideoSource, video: int, frame: int) -> str:
    """Return where a frame's label map lies below a folder of predictions: ``<clip>/<frame>.png``."""
    return f"{source.name(video)}/{source.frame_name(video, frame)}.png"


_UNKNOWN = 255


def score_predictions(folder: str | Path, source: VideoSource, metrics: VideoMetrics, progress: bool = True) -> int:
    """Score the label maps ``<folder>/<clip>/<frame>.png``, in the data set's own codes, of all labelled frames.

    Args:
        folder: of the predictions.
        source: labelled videos.
        metrics: are updated.
        progress: whether to show a progress bar.

    Returns:
        The number of frames.

    Raises:
        FileNotFoundError: if a file is missing; says how many are.
        ValueError: if one cannot be read, differs in size from its frame, or holds a code that is no class.
    """
    folder = Path(folder)
    files = {place: folder / label_file(source, *place) for place in scored_frames(source)}
    missing = [path for path in files.values() if not path.is_file()]
    if missing:
        raise FileNotFoundError(
            f"{len(missing)} of {len(files)} predictions are missing in {folder}, the first is {missing[0]}. "
            "There must be one PNG for each labelled frame, <folder>/<clip>/<frame>.png."
        )
    codes = label_codes(source)
    with progress_bar("frames", progress) as bar:
        task = bar.add_task("scoring", total=len(files))
        for (video, frame), path in files.items():
            labels = source.read(video, frame)[1]
            start = 0 if isinstance(source, SparselyLabelled) else frame  # single frames are no video
            metrics.update(_read(path, codes, labels)[None], labels[None], start)
            bar.advance(task)
    return len(files)


def _read(path: Path, codes: Tensor, labels: Tensor) -> Tensor:
    """Read a label map (H, W) of the size of the true one, and turn its codes into classes."""
    try:
        stored = decode_image(str(path), ImageReadMode.UNCHANGED)
    except RuntimeError as error:  # what torchvision raises for any damage
        raise ValueError(f"{path} cannot be read as a PNG. Write it again.") from error
    if stored.shape[0] != 1 or stored.dtype != torch.uint8:
        raise ValueError(
            f"{path} must be an 8-bit grey PNG of label codes; got {stored.shape[0]} channels of {stored.dtype}. "
            "Store the codes themselves, not their colours."
        )
    if stored.shape[1:] != labels.shape:
        expected, got = (f"{shape[1]}x{shape[0]}" for shape in (labels.shape, stored.shape[1:]))
        raise ValueError(
            f"{path} must have the size of its frame, {expected} (width x height); got {got}. "
            "Resize predictions to the original resolution, by nearest neighbour."
        )
    classes = torch.full((256,), _UNKNOWN, dtype=torch.uint8)
    classes[codes.long()] = torch.arange(len(codes), dtype=torch.uint8)
    prediction = classes[stored[0].long()]
    wrong = stored[0][prediction == _UNKNOWN]
    if wrong.numel():
        raise ValueError(
            f"{path} holds the code {int(wrong[0])} in {wrong.numel()} pixels; the data set's codes of classes are "
            f"{int(codes.min())}..{int(codes.max())}. Predictions have a class everywhere, in the data set's own codes."
        )
    return prediction
