"""A trained model to be used from Python: loaded from any checkpoint, it segments videos and streams of frames."""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import islice
from pathlib import Path

import torch
from omegaconf import DictConfig
from omegaconf.errors import OmegaConfBaseException
from torch import Tensor

from mpvss.building.composition import Request
from mpvss.building.model import find_device
from mpvss.building.trained import find_trained
from mpvss.classes import default_colours
from mpvss.inference import PredictOutcome, VideoSegmenter, predict_video
from mpvss.propagation import FixedInterval, PropagatorModule
from mpvss.types import ClassList, KeyFrameSchedule
from mpvss.video import open_frames


class Model:
    """A propagator with the classes that it tells apart.

    :func:`load` makes one.

    Args:
        propagator: in eval mode.
        classes: names and colours of the classes 0..K-1.
        config: what the model is made of: the groups ``backbone``, ``segmentor``, ``flow`` and so on.
    """

    def __init__(self, propagator: PropagatorModule, classes: ClassList, config: DictConfig) -> None:
        self.propagator = propagator.eval()
        self.classes = classes
        self.config = config

    @property
    def device(self) -> torch.device:
        """Where the model computes."""
        return next(self.propagator.parameters()).device

    def segment(
        self, video: str | Path, interval: int = 5, *, schedule: KeyFrameSchedule | None = None, chunk: int = 16
    ) -> Iterator[Tensor]:
        """Segment a video file, or a folder with the frames of a video as pictures.

        Memory does not grow with the length of the video. A file that is damaged or ends early gives the labels of the
        frames that could be decoded, and then the error.

        Args:
            video: the file or folder.
            interval: frames from one key frame to the next; 1 segments every frame by itself.
            schedule: decides which frames are key frames, in place of `interval`.
            chunk: frames that are read and segmented together, which bounds the memory.

        Yields:
            (H, W) uint8 classes of each frame, in order, on the model's device.

        Raises:
            FileNotFoundError: if there is no such file or folder.
            ValueError: if it is no video, `interval` or `chunk` is less than 1, or a part of the video was lost.
        """
        with open_frames(video) as reader:
            yield from self.stream(reader, interval, schedule=schedule, chunk=chunk)
            if reader.problem:
                raise ValueError(f"{video}: {reader.problem}.")

    def stream(
        self, frames: Iterable[Tensor], interval: int = 5, *, schedule: KeyFrameSchedule | None = None, chunk: int = 1
    ) -> Iterator[Tensor]:
        """Segment frames as they come.

        Args:
            frames: (3, H, W) uint8 RGB each, all of one size.
            interval: as for :meth:`segment`.
            schedule: as for :meth:`segment`.
            chunk: frames that are waited for and segmented together; 1 answers each frame before it asks for the next,
                unless the model looks ahead to the next key frame.

        Yields:
            (H, W) uint8 classes of each frame, in order, on the model's device.

        Raises:
            ValueError: if a frame is no such tensor or of another size than the first, or `interval` or `chunk` is less
                than 1.
        """
        if chunk < 1:
            raise ValueError(f"chunk must be at least 1 frame; got {chunk}. 16 suits most memories.")
        segmenter = VideoSegmenter(self.propagator, schedule or FixedInterval(interval))
        checked = _checked(frames)
        while part := list(islice(checked, chunk)):
            yield from segmenter.segment(torch.stack(part)).labels
        yield from segmenter.finish().labels


def load(
    source: str | Path,
    device: str | torch.device = "cpu",
    *,
    overrides: Sequence[str] = (),
    classes: Sequence[str] | ClassList | None = None,
) -> Model:
    """Load a trained model from a checkpoint of this or another project. Nothing in the file is executed.

    A checkpoint of ours says what model it is. Of another project's, that is read off its weights; where it has no flow
    module, masks are copied from the key frame, unless `overrides` choose another flow.

    Args:
        source: a file (``.ckpt``, ``.safetensors``, ``.pth``, ``.pt``, ``.bin``, ``.pkl``), a folder of Hugging Face,
            or ``hf://organisation/name``.
        device: where the model computes, such as ``cuda``.
        overrides: options and values that replace the checkpoint's, as on the command line:
            ``["propagation=bidirectional"]``.
        classes: names in label order, for checkpoints that do not name them or name them otherwise.

    Raises:
        FileNotFoundError: if there is no such file or model.
        ValueError: if it cannot be read or understood, holds no whole segmentor, or `device`, `overrides` or `classes`
            do not fit.

    Example:
        >>> import mpvss
        >>> model = mpvss.load("best.ckpt")  # doctest: +SKIP
        >>> for labels in model.segment("in.mp4", interval=5):  # doctest: +SKIP
        ...     print(labels.shape)
    """
    target = find_device(device)
    try:
        trained = find_trained(_request(source, overrides))
        propagator = trained.build()
    except OmegaConfBaseException as error:  # what is composed lacks a part
        raise ValueError(f"{source} with overrides {list(overrides)} makes no model: {error}") from error
    known = trained.known_classes
    if classes is not None:
        given = classes if isinstance(classes, ClassList) else _named(classes)
        if len(given.names) != len(known.names):
            raise ValueError(
                f"classes must name the {len(known.names)} classes of {source}; got {len(given.names)} names."
            )
        known = given
    return Model(propagator.to(target), known, trained.config)


def segment(
    video: str | Path,
    output: str | Path,
    model: Model | str | Path,
    interval: int = 5,
    *,
    folder_rate: Fraction = Fraction(15),
    progress: bool = True,
) -> PredictOutcome:
    """Segment a video into an overlay video, or into a folder of label PNGs.

    Args:
        video: a video file, or a folder with the frames of one video.
        output: a video file (``.mp4``, ``.mkv``, ``.mov``), or a folder, which must be new or empty.
        model: of :func:`load`, or what it loads.
        interval: frames from one key frame to the next.
        folder_rate: frames per second of a `video` that is a folder.
        progress: whether to show a progress bar.

    Returns:
        Frames read and written, and what of the video was lost.

    Raises:
        FileNotFoundError: if there is no such video or checkpoint.
        ValueError: if one of them cannot be used.
    """
    if not isinstance(model, Model):
        model = load(model)
    segmenter = VideoSegmenter(model.propagator, FixedInterval(interval))
    return predict_video(segmenter, video, output, model.classes, folder_rate=folder_rate, progress=progress)


def _request(source: str | Path, overrides: Sequence[str]) -> Request:
    if not isinstance(source, str | Path) or not str(source):
        raise ValueError(f"source must be a file, a folder or hf://organisation/name; got {source!r}.")
    if isinstance(overrides, str) or not all(isinstance(override, str) for override in overrides):
        raise ValueError(f'overrides must be a list such as ["flow=copy"]; got {overrides!r}.')
    request = Request("model", tuple(overrides))
    for key in request.keys:
        if key.partition(".")[0] in ("ckpt_path", "hydra"):
            raise ValueError(f"overrides choose options of the model; got {key}, which is none of it. Leave it out.")
    return request.setting("ckpt_path", str(source))


def _checked(frames: Iterable[Tensor]) -> Iterator[Tensor]:
    size: tuple[int, ...] | None = None
    for index, frame in enumerate(frames):
        if not isinstance(frame, Tensor) or frame.dtype != torch.uint8 or frame.ndim != 3 or frame.shape[0] != 3:
            got = (
                f"{tuple(frame.shape)} {frame.dtype}".replace("torch.", "")
                if isinstance(frame, Tensor)
                else type(frame).__name__
            )
            raise ValueError(
                f"frame {index} must be a tensor (3, H, W) uint8 RGB; got {got}. An array (H, W, 3) becomes one by "
                "torch.from_numpy(array).permute(2, 0, 1)."
            )
        size = size or tuple(frame.shape)
        if tuple(frame.shape) != size:
            raise ValueError(
                f"frames of a stream must have one size; frame {index} is {frame.shape[2]}x{frame.shape[1]}, the first "
                f"{size[2]}x{size[1]} (width x height). Resize them, or begin another stream."
            )
        yield frame


def _named(names: Sequence[str]) -> ClassList:
    if not isinstance(names, list | tuple) or not names or not all(isinstance(name, str) for name in names):
        raise ValueError(f"classes must be a list of names in label order; got {names!r}.")
    return ClassList(tuple(names), default_colours(len(names)))
