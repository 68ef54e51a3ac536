"""Segmented frames in W&B's own forms: a table with its mask viewer, a video, a bar chart."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
import wandb
from torch import Tensor

from mpvss.drawing import flow_to_rgb, key_frame_tag, overlay
from mpvss.types import VOID, ClassList
from mpvss.video import VideoWriter


class FrameShown(NamedTuple):
    """A segmented frame.

    Attributes:
        video: its name.
        position: of the frame in it.
        is_key: whether it was segmented itself.
        frame: (3, H, W) uint8 RGB.
        labels: (H, W) uint8 classes or VOID.
        prediction: (H, W) uint8 classes.
        flow: (2, h, w) displacement into its key frame, in pixels of this map; None without.
    """

    video: str
    position: int
    is_key: bool
    frame: Tensor
    labels: Tensor
    prediction: Tensor
    flow: Tensor | None


def frame_media(shown: Sequence[FrameShown], classes: ClassList) -> dict[str, Any]:  # what W&B takes
    """Show frames as a table and as pictures; W&B's viewer switches the pictures' masks on and off, class by class.

    The masks are ``truth``, ``prediction`` and ``errors``; the last says of each labelled pixel whether it is wrong.

    Args:
        shown: frames.
        classes: of their labels; at most 253, since three values of a byte mean something else.

    Returns:
        W&B's objects by name: ``pictures``; ``flow``, absent where nothing moved by flow; and ``frames``, a table of
        both with video, frame, whether it is a key frame, and pixel accuracy in percent (None without labels).
    """
    table = wandb.Table(columns=["video", "frame", "key frame", "picture", "flow", "pixel accuracy"])
    names = _mask_names(classes)
    pictures = [_picture(frame, names) for frame in shown]
    flows = [None if frame.flow is None else _flow_picture(frame, frame.flow) for frame in shown]
    for frame, picture, flow in zip(shown, pictures, flows, strict=True):
        table.add_data(frame.video, frame.position, frame.is_key, picture, flow, _accuracy(frame))
    known = [flow for flow in flows if flow is not None]
    return {"frames": table, "pictures": pictures, **({"flow": known} if known else {})}


def overlay_video(shown: Sequence[FrameShown], classes: ClassList, frame_rate: Fraction, folder: Path) -> wandb.Video:
    """Write frames with their predicted classes painted over as an H.264 video, key frames marked.

    Args:
        shown: frames of one video.
        classes: names and colours.
        frame_rate: frames per second.
        folder: for the file, which W&B reads when the video is logged.

    Returns:
        The video, of even sides: an odd side loses its last row or column, since browsers play no others.
    """
    path = folder / "video.mp4"
    height, width = (side - side % 2 for side in shown[0].frame.shape[-2:])
    with VideoWriter(path, frame_rate, (height, width)) as writer:
        for frame in shown:
            picture = overlay(frame.frame, frame.prediction, classes.colours)[:, :height, :width]
            writer.write(key_frame_tag(picture) if frame.is_key else picture)
    return wandb.Video(str(path), format="mp4", caption=shown[0].video)


def class_chart(class_iou: Mapping[int, float], classes: ClassList) -> wandb.plot.CustomChart:
    """Draw the IoU of each class, in percent, as bars.

    Args:
        class_iou: by class; undefined ones absent.
        classes: their names.
    """
    rows = [[classes.names[index], score] for index, score in class_iou.items()]
    return wandb.plot.bar(wandb.Table(["class", "IoU"], rows), "class", "IoU", title="IoU of each class, percent")


_RIGHT, _WRONG = VOID - 2, VOID - 1


def _mask_names(classes: ClassList) -> dict[int, str]:
    # One list for all masks of an image, as tables know no other.
    return {**dict(enumerate(classes.names)), _RIGHT: "right", _WRONG: "wrong", VOID: "not labelled"}


def _picture(frame: FrameShown, names: Mapping[int, str]) -> wandb.Image:
    errors = torch.where(frame.prediction == frame.labels, _RIGHT, _WRONG)
    errors[frame.labels == VOID] = VOID
    masks = {"truth": frame.labels, "prediction": frame.prediction, "errors": errors}
    return wandb.Image(
        _pixels(frame.frame),
        masks={
            name: {"mask_data": mask.to(torch.uint8).cpu().numpy(), "class_labels": dict(names)}
            for name, mask in masks.items()
        },
        classes=[{"id": index, "name": name} for index, name in names.items()],
        caption=_caption(frame),
    )


def _flow_picture(frame: FrameShown, flow: Tensor) -> wandb.Image:
    height, width = frame.frame.shape[-2:]
    large = F.interpolate(flow_to_rgb(flow)[None], size=(height, width), mode="nearest-exact")[0]
    return wandb.Image(_pixels(large), caption=_caption(frame))


def _caption(frame: FrameShown) -> str:
    return f"{frame.video}, frame {frame.position}" + (", key frame" if frame.is_key else "")


def _pixels(picture: Tensor) -> np.ndarray:
    return picture.permute(1, 2, 0).cpu().numpy()


def _accuracy(frame: FrameShown) -> float | None:
    labelled = frame.labels != VOID
    if not labelled.any():
        return None
    return 100 * (frame.prediction == frame.labels)[labelled].float().mean().item()
