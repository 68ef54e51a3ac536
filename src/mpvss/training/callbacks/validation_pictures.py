"""What the model makes of the same few validation frames, after every validation, at W&B."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import lightning
import torch
import torch.nn.functional as F
from lightning.pytorch.loggers import WandbLogger
from torch import Tensor

from mpvss.data import VideoSource
from mpvss.inference import VideoSegmenter
from mpvss.training.callbacks.wandb_media import FrameShown, class_chart, frame_media, overlay_video
from mpvss.training.module import MPVSS

_FRAME_RATE = Fraction(5)


class ValidationPictures(lightning.Callback):
    """Log frames with truth, prediction and errors, a propagated video and the IoU of each class to W&B.

    Of each shown video there are two frames: its first, which is a key frame, and the last before the next key
    frame, where propagation has the longest way. Runs show the same frames, so that they compare. Without W&B, and for
    a module that does not segment, nothing is done.

    Args:
        num_videos: spread evenly over the validation split.
        num_frames: of each video, segmented from its first; the first video's are shown as a video. Both numbers
            bound what the pictures cost.
        max_side: height or width in pixels at most; larger frames are shown smaller.

    Raises:
        ValueError: if one of the numbers is less than 1.
    """

    def __init__(self, num_videos: int = 4, num_frames: int = 12, max_side: int = 960) -> None:
        if min(num_videos, num_frames, max_side) < 1:
            raise ValueError(
                f"pictures need at least 1 video, 1 frame and 1 pixel; got {num_videos}, {num_frames}, {max_side}. "
                "To show none, remove the callback: ~callbacks.pictures."
            )
        self.num_videos = num_videos
        self.num_frames = num_frames
        self.max_side = max_side

    def on_validation_epoch_end(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        """Log them, all at the step of this validation."""
        loggers = [logger for logger in trainer.loggers if isinstance(logger, WandbLogger)]
        if trainer.sanity_checking or not loggers or not isinstance(pl_module, MPVSS):
            return
        class_iou = pl_module.metrics.iou().get("class_IoU", {})  # of all processes, asked by all
        if not trainer.is_global_zero:
            return
        source: VideoSource = trainer.datamodule.val_videos  # type: ignore[attr-defined]  # set by the Trainer
        with TemporaryDirectory() as folder, trainer.precision_plugin.forward_context():
            videos = [self._segment(pl_module, source, video) for video in _spread(self.num_videos, len(source))]
            shown = [frame for video in videos for frame in video.ends()]
            media = frame_media(shown, source.classes)
            media["video"] = overlay_video(videos[0].all(), source.classes, _FRAME_RATE, Path(folder))
            if class_iou:
                media["class_IoU"] = class_chart(class_iou, source.classes)
            named = {f"val/{name}": value for name, value in media.items()}
            step = max(0, trainer.global_step - 1)  # the Trainer's loggers count from 0
            for logger in loggers:
                logger.log_metrics(named, step)

    def _segment(self, module: MPVSS, source: VideoSource, video: int) -> "_Video":
        indices = range(min(self.num_frames, source.num_frames(video)))
        frames, labels = (
            torch.stack(part) for part in zip(*(source.read(video, index) for index in indices), strict=True)
        )
        segmenter = VideoSegmenter(module.propagation, module.segmenter.schedule, with_flow=True)
        segmented = segmenter.segment_video(frames)
        size = _fitting(frames.shape[-2:], self.max_side)
        return _Video(
            source.name(video),
            _resize(frames, size),
            _nearest(labels, size),
            _nearest(segmented.labels, size),
            segmented.key,
            segmented.flow,
        )


class _Video(NamedTuple):
    """The first frames of a video, as they are shown: T of each."""

    name: str
    frames: Tensor
    labels: Tensor
    prediction: Tensor
    key: Tensor
    flow: Tensor | None

    def ends(self) -> Iterator[FrameShown]:
        """Its first frame, and the last before the next key frame."""
        last = next((i for i in range(1, len(self.key)) if self.key[i]), len(self.key)) - 1
        return (self._shown(index) for index in sorted({0, last}))

    def all(self) -> list[FrameShown]:
        return [self._shown(index) for index in range(len(self.key))]

    def _shown(self, index: int) -> FrameShown:
        is_key = bool(self.key[index])
        flow = None if self.flow is None or is_key else self.flow[index]
        return FrameShown(
            self.name, index, is_key, self.frames[index], self.labels[index], self.prediction[index], flow
        )


def _spread(wanted: int, available: int) -> list[int]:
    return sorted({index * available // wanted for index in range(wanted)})


def _fitting(size: torch.Size, max_side: int) -> tuple[int, int]:
    scale = min(1.0, max_side / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _resize(frames: Tensor, size: tuple[int, int]) -> Tensor:
    if frames.shape[-2:] == size:
        return frames
    resized = F.interpolate(frames.float(), size=size, mode="bilinear", antialias=True)
    return resized.round().clamp(0, 255).to(torch.uint8)


def _nearest(labels: Tensor, size: tuple[int, int]) -> Tensor:
    return F.interpolate(labels[:, None], size=size, mode="nearest-exact")[:, 0]
