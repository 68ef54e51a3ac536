"""Segment a video file or a folder of frames into an overlay video or a folder of label maps."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from mpvss.drawing import key_frame_tag, legend, overlay
from mpvss.inference.video_segmenter import Segmented, VideoSegmenter
from mpvss.output.progress import progress_bar
from mpvss.types import ClassList
from mpvss.video.frame_folder import FrameFolder
from mpvss.video.label_writer import LabelWriter
from mpvss.video.open_frames import open_frames
from mpvss.video.reader import VideoReader
from mpvss.video.video_writer import SUFFIXES, VideoWriter


class PredictOutcome(NamedTuple):
    """What became of a video.

    Attributes:
        frames_read: frames that could be decoded.
        frames_written: frames in the output; the same number.
        problem: what of the source was lost, in one line, or None.
    """

    frames_read: int
    frames_written: int
    problem: str | None


def predict_video(
    segmenter: VideoSegmenter,
    source: str | Path,
    output: str | Path,
    classes: ClassList,
    chunk: int = 16,
    folder_rate: Fraction = Fraction(15),
    progress: bool = True,
) -> PredictOutcome:
    """Segment every frame of a source, in memory that does not grow with its length.

    The output's name decides its kind: ``name.mp4`` (or .mkv, .mov) becomes a video of the source's size, rate and
    number of frames, without sound, with class colours, a legend and a mark on key frames; a name without ending
    becomes a folder of label PNGs, named after the frames. It appears under its name once it is complete. A source
    that is damaged or ends early gives an output of the frames that could be decoded, and a problem in the report.

    Args:
        segmenter: is reset first.
        source: a video file, or a folder with the frames of one video.
        output: a video file, which may exist and is replaced, or a folder, which must be new or empty.
        classes: names and colours of the labels.
        chunk: frames read and segmented at a time, which bounds the memory.
        folder_rate: frames per second of a source that is a folder.
        progress: whether to show a progress bar.

    Returns:
        Numbers of frames, and what was lost.

    Raises:
        FileNotFoundError: if the source does not exist.
        ValueError: if source or output cannot be used, or `chunk` is not positive.
    """
    if chunk < 1:
        raise ValueError(f"chunk must be at least 1 frame; got {chunk}. 16 suits most memories.")
    source, output = Path(source), Path(output)
    if source.resolve() == output.resolve():
        raise ValueError(f"the output must not replace the source {source}. Name another output.")
    segmenter.reset()
    waiting: deque[tuple[Tensor, str]] = deque()  # frames that are not decided yet, with their names
    frames_read = frames_written = 0
    with (
        open_frames(source, folder_rate) as reader,
        _open_output(output, reader, classes) as write,
        progress_bar("frames", progress) as bar,
    ):
        task = bar.add_task(source.name, total=reader.num_frames)
        for frames, names, segmented in _segment_all(segmenter, _chunks(reader, chunk)):
            frames_read += len(names)
            waiting.extend(zip(frames, names, strict=True))
            for labels, key in zip(segmented.labels, segmented.key.tolist(), strict=True):
                frame, name = waiting.popleft()
                write(frame, labels, key, name)
                frames_written += 1
                bar.advance(task)
    return PredictOutcome(frames_read, frames_written, reader.problem)


@contextmanager
def _open_output(
    output: Path, reader: VideoReader | FrameFolder, classes: ClassList
) -> Iterator[Callable[[Tensor, Tensor, bool, str], None]]:
    """Open the output and give the function that takes a frame, its labels, whether it is a key frame, and its name."""
    if output.suffix.lower() in SUFFIXES:
        with VideoWriter(output, reader.frame_rate, reader.size) as video:
            yield lambda frame, labels, key, name: video.write(_paint(frame, labels, key, classes))
    elif output.suffix == "" or output.is_dir():
        with LabelWriter(output) as folder:
            yield lambda frame, labels, key, name: folder.write(labels, name)
    else:
        raise ValueError(
            f"the output must end in {', '.join(SUFFIXES)} for an overlay video, or have no ending for a folder of "
            f"label PNGs; got {output}. Rename it."
        )


def _paint(frame: Tensor, labels: Tensor, key: bool, classes: ClassList) -> Tensor:
    picture = legend(overlay(frame, labels, classes.colours), labels, classes)
    return key_frame_tag(picture) if key else picture


def _segment_all(
    segmenter: VideoSegmenter, chunks: Iterable[tuple[Tensor, list[str]]]
) -> Iterator[tuple[Tensor, list[str], Segmented]]:
    """Segment chunk by chunk; yield each with what is decided by then, and at the end none with the rest."""
    for frames, names in chunks:
        yield frames, names, segmenter.segment(frames)
    yield torch.empty(0), [], segmenter.finish()


def _chunks(reader: VideoReader | FrameFolder, size: int) -> Iterator[tuple[Tensor, list[str]]]:
    """Gather up to `size` frames, (T, 3, H, W), and their names."""
    named = ((frame, reader.frame_name) for frame in reader)
    while part := list(islice(named, size)):
        yield torch.stack([frame for frame, _ in part]), [name for _, name in part]
