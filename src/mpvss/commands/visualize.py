"""Draw what a model does with a clip."""

import logging
import re
import sys
from collections.abc import Iterator
from fractions import Fraction
from itertools import islice
from pathlib import Path

import torch
from hydra.utils import instantiate
from omegaconf import DictConfig
from torch import Tensor
from torchvision.io import write_png

from mpvss.building.composition import Request
from mpvss.building.run import build_datamodule
from mpvss.building.trained import find_trained
from mpvss.commands.devices import choose_device
from mpvss.data import VideoSource
from mpvss.figures import (
    ShownClip,
    clip_of_source,
    clip_of_video,
    find_video,
    flow_figure,
    frames_figure,
    query_figure,
    write_methods_video,
)
from mpvss.flow import CopyFlow
from mpvss.inference import VideoSegmenter
from mpvss.output.atomic import replacing
from mpvss.propagation import MaskPropagation, PerFrame, PropagatorModule
from mpvss.types import ClassList
from mpvss.video import open_frames
from mpvss.weights import Checkpoint

log = logging.getLogger(__name__)

_CHUNK = 10


def main(cfg: DictConfig) -> None:
    """Draw, and say where the pictures are."""
    for path in visualize(cfg):
        sys.stdout.write(f"{path}\n")


_RATE = Fraction(10)
"""Frames per second of labelled data, which does not say so itself."""


def visualize(cfg: DictConfig) -> list[Path]:
    """Draw flow, segments and consecutive frames of a clip, as far as the model has them.

    Returns:
        The files written: flow.png, queries.png, frames.png, and video.mp4 where it is asked for.

    Raises:
        FileNotFoundError: if a checkpoint, the video or the data is missing.
        ValueError: if the clip has no such frames, or models and data have different classes.
    """
    trained = find_trained()
    cfg = trained.config
    source = None if cfg.video else _labelled_videos(cfg)
    video = 0 if source is None else find_video(source, cfg.clip)
    shown = list(cfg.frames)
    clip = clip_of_video(cfg.video, shown) if source is None else clip_of_source(source, video, shown)
    classes = trained.known_classes if source is None else source.classes
    _check_classes(trained.checkpoint, classes)
    device = choose_device(cfg.device)
    model = trained.build().to(device)
    methods = _methods(model, cfg, classes, device)
    pictures = dict(_pictures(cfg, model, methods, clip, classes))  # all of them first: nothing is written half
    files = [_write(picture, Path(cfg.output) / f"{name}.png") for name, picture in pictures.items()]
    if cfg.side_by_side:
        files.append(Path(cfg.output) / "video.mp4")
        segmenters = {name: VideoSegmenter(method, instantiate(cfg.keyframes)) for name, method in methods.items()}
        chunks = _chunks_of_file(cfg.video) if source is None else _chunks_of_source(source, video)
        write_methods_video(segmenters, chunks, classes, files[-1], clip.name, _frame_rate(cfg.video))
    return files


def _labelled_videos(cfg: DictConfig) -> VideoSource:
    if "datamodule" not in cfg.data:
        raise ValueError("nothing to show is named. Give video=FILE_OR_FOLDER, or labelled data by data=...")
    datamodule = build_datamodule(cfg)
    if datamodule.scores_flow:
        raise ValueError(
            f"data={cfg.data.name} holds pairs for flow, no labelled videos. Choose other data, or video=FILE."
        )
    return datamodule.val_videos


def _check_classes(checkpoint: Checkpoint, classes: ClassList) -> None:
    num_classes = checkpoint.architecture.num_classes
    if num_classes not in (None, len(classes.names)):
        raise ValueError(
            f"{checkpoint.source} predicts {num_classes} classes; here are {len(classes.names)} "
            f"({', '.join(classes.names[:5])}, ...). Show it on the data that it was trained for."
        )


def _methods(
    model: PropagatorModule, cfg: DictConfig, classes: ClassList, device: torch.device
) -> dict[str, PropagatorModule]:
    """The rows of frames.png: segmenting every frame, copying masks, other checkpoints, and the model itself."""
    methods: dict[str, PropagatorModule] = {"per frame": PerFrame(model.segmentor).eval()}
    if not isinstance(model.flow, CopyFlow):
        methods["copied masks"] = MaskPropagation(model.segmentor, CopyFlow()).eval()
    for name, path in (cfg.methods or {}).items():
        methods[str(name)] = _read_method(path, classes).to(device)
    if model.propagates:
        part = model.flow if model.carries_masks else model
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(part).__name__).lower()
        methods[f"this model ({words})"] = model
    return methods


def _read_method(path: str, classes: ClassList) -> PropagatorModule:
    trained = find_trained(Request("model").setting("ckpt_path", path))
    if trained.checkpoint.run is None:
        raise ValueError(
            f"{path} ({trained.checkpoint.format}) does not say what model it is. methods= takes our checkpoints."
        )
    _check_classes(trained.checkpoint, classes)
    model: PropagatorModule = trained.build()
    return model


def _pictures(
    cfg: DictConfig, model: PropagatorModule, methods: dict[str, PropagatorModule], clip: ShownClip, classes: ClassList
) -> Iterator[tuple[str, Tensor]]:
    key_frame, frame = clip.frames[0], clip.frames[-1]
    names = f"{clip.name}: key frame k = {clip.numbers[0]}, frame j = {clip.numbers[-1]}"
    if model.flow is None:
        log.info("No flow.png and queries.png: this model segments every frame by itself.")
    else:
        yield "flow", flow_figure(model, key_frame, frame, f"Flow from frame j to key frame k. {names}", clip.true_flow)
    if model.carries_masks:
        title = f"The most confident segments and how they are carried from k to j. {names}"
        yield (
            "queries",
            query_figure(model, key_frame, frame, classes, title, cfg.num_segments, cfg.attention_block),
        )
    elif model.flow is not None:
        log.info("No queries.png: %s does not carry masks.", type(model).__name__)
    title = f"{clip.name}: frame {clip.numbers[0]} is segmented, the others follow from it"
    yield "frames", frames_figure(methods, clip.frames, classes, title, clip.truth, clip.numbers)


def _write(picture: Tensor, path: Path) -> Path:
    with replacing(path) as partial:
        write_png(picture, str(partial))
    return path


def _frame_rate(video: str | None) -> Fraction:
    if not video:
        return _RATE
    with open_frames(video) as reader:
        return reader.frame_rate


def _chunks_of_file(video: str) -> Iterator[tuple[Tensor, None]]:
    with open_frames(video) as reader:
        frames = iter(reader)
        while part := list(islice(frames, _CHUNK)):
            yield torch.stack(part), None


def _chunks_of_source(source: VideoSource, video: int) -> Iterator[tuple[Tensor, Tensor]]:
    read = (source.read(video, index) for index in range(source.num_frames(video)))
    while part := list(islice(read, _CHUNK)):
        frames, labels = zip(*part, strict=True)
        yield torch.stack(frames), torch.stack(labels)
