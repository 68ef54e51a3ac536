"""The LightningModule: segmentor, flow module and criterion in one training and evaluation loop."""

from collections.abc import Callable, Sequence
from typing import Protocol, Self, runtime_checkable

import torch
import torch.nn.functional as F
from torch import Tensor

from mpvss.criterion import MaskCriterion, fused_score_loss, mask_targets, score_divergence
from mpvss.inference import ChunkSegmenter, VideoSegmenter, segment_pairs
from mpvss.metrics import VideoMetrics
from mpvss.propagation import MASK_STRIDE, PropagatorModule, fixed_interval, mask_scores
from mpvss.training.distributed import reshard, shard, unshard
from mpvss.training.stepping import SteppingModule
from mpvss.training.trained_parts import TrainedParts
from mpvss.types import VOID, Chunk, FramePair, KeyFrameSchedule, Prediction


@runtime_checkable
class RecomputesActivations(Protocol):
    """A module that can compute activations again in the backward pass, instead of keeping them."""

    def checkpoint_activations(self) -> None:
        """Do so from now on."""


class MPVSS(SteppingModule):
    """Train a propagator on key/non-key pairs, and score it on streamed videos.

    Args:
        propagation: the propagator, which holds segmentor and flow module.
        criterion: scores masks against targets.
        metrics: of validation and test.
        keyframes: which frames of an evaluated video are key frames.
        num_classes: K.
        optimizer: from parameter groups, `lr` and `weight_decay`, to an optimizer.
        scheduler: from an optimizer to a learning rate schedule, which steps with it.
        backbone_lr_scale: factor on the backbone's learning rate.
        trained: parts of the propagator that learn, such as ``segmentor.query_decoder.class_head``; the rest is frozen
            (see :class:`~mpvss.training.TrainedParts`). None: everything.
        key_loss_weight: of the loss on the key frame's own masks.
        propagated_loss_weight: of the loss on the warped masks.
        distilled_loss_weight: of their divergence from what the segmentor says of the frame that they are warped to;
            no label is read for it.
        checkpoint_activations: keep fewer of the segmentors' activations for the backward pass and compute them again,
            which takes less memory and more time.

    Raises:
        ValueError: if the propagator lacks a part that is to learn, or nothing learns.
    """

    def __init__(
        self,
        propagation: PropagatorModule,
        criterion: MaskCriterion,
        metrics: VideoMetrics,
        keyframes: KeyFrameSchedule,
        num_classes: int,
        optimizer: Callable[..., torch.optim.Optimizer],
        scheduler: Callable[..., torch.optim.lr_scheduler.LRScheduler],
        backbone_lr_scale: float = 0.1,
        trained: Sequence[str] | None = None,
        key_loss_weight: float = 1.0,
        propagated_loss_weight: float = 1.0,
        distilled_loss_weight: float = 0.0,
        checkpoint_activations: bool = False,
    ) -> None:
        super().__init__(optimizer, scheduler, backbone_lr_scale)
        self.propagation = propagation
        self.trained_parts = TrainedParts(propagation, trained)
        self.criterion = criterion
        self.metrics = metrics
        self.segmenter = VideoSegmenter(propagation, keyframes)
        self.chunk_segmenter = ChunkSegmenter(self.segmenter)
        self.num_classes = num_classes
        self.loss_weights = {
            "key": key_loss_weight,
            "propagated": propagated_loss_weight,
            "distilled": distilled_loss_weight,
        }
        if checkpoint_activations:
            for part in propagation.modules():
                if isinstance(part, RecomputesActivations):
                    part.checkpoint_activations()
        self.train(self.training)  # Lightning trains in the modes that it finds

    def train(self, mode: bool = True) -> Self:
        """Switch to training, except for frozen parts, which stay in eval mode."""
        super().train(mode)
        self.trained_parts.switch_frozen_to_eval()
        return self

    def configure_model(self) -> None:
        """Divide the weights among processes where the strategy wants that, as ``trainer=fsdp`` does."""
        if self.device_mesh is not None:
            shard(self.propagation, self.device_mesh)

    def training_step(self, pair: FramePair, batch_index: int) -> Tensor:
        """Segment the key frames, carry their masks on, and score both.

        Args:
            pair: a batch of key and non-key frames with labels.
            batch_index: not used.

        Returns:
            The scalar loss.
        """
        state = self.propagation.start(pair.key_frame)
        losses = {}
        if self.loss_weights["key"]:
            segmented = Prediction(state.segments, auxiliary=state.auxiliary)
            losses["key"] = self._loss("key", segmented, pair.key_labels)
        if self.loss_weights["propagated"] or self.loss_weights["distilled"]:
            prediction = self.propagation.step(state, pair.frame)
        if self.loss_weights["propagated"]:
            losses["propagated"] = self._loss("propagated", prediction, pair.labels)
        if self.loss_weights["distilled"]:
            losses["distilled"] = self._divergence(prediction, pair.frame)
        loss = torch.stack([self.loss_weights[name] * value for name, value in losses.items()]).sum()
        self.log("train/loss", loss, prog_bar=True, batch_size=len(pair.frame))
        return loss

    def on_validation_epoch_start(self) -> None:
        """Start with no score, and with the whole model unsharded: processes have videos of different length."""
        unshard(self.propagation)
        self.metrics.reset()

    def validation_step(self, batch: Chunk | FramePair, batch_index: int) -> None:
        """Segment the next frames of a video, or pairs of sparsely labelled videos, and score them.

        Args:
            batch: consecutive labelled frames, those of one video in order; or pairs. Without frames nothing happens:
                so a process keeps in step with others that have more clips.
            batch_index: not used.
        """
        if isinstance(batch, FramePair):
            fixed_interval(self.segmenter.schedule, "validation on sparsely labelled data")
            self.metrics.update_pairs(segment_pairs(self.propagation, batch), batch.labels, batch.gap)
        elif len(batch.frames):
            self.metrics.update(*self.chunk_segmenter.segment(batch))

    def on_validation_epoch_end(self) -> None:
        """Log the scores of the whole split, in percent; a score that is not defined on it is not logged."""
        for name, score in self.metrics.compute().items():
            self.log(f"val/{name}", score, prog_bar=name == "mIoU", sync_dist=True)

    def on_validation_end(self) -> None:
        """Reshard the model when the callbacks have finished with it."""
        reshard(self.propagation)

    def _loss(self, name: str, prediction: Prediction, labels: Tensor) -> Tensor:
        labels = _cover(labels, prediction.segments.mask_logits)
        output = self.criterion(prediction.segments, mask_targets(labels, self.num_classes), prediction.auxiliary)
        for term in ("class", "mask", "dice"):
            self.log(f"train/{name}_{term}", output.terms[term], batch_size=len(labels))
        if prediction.scores is None:
            return output.total
        fused = fused_score_loss(prediction.scores, labels)
        self.log(f"train/{name}_fused", fused, batch_size=len(labels))
        return output.total + fused

    def _divergence(self, prediction: Prediction, frame: Tensor) -> Tensor:
        with torch.no_grad():  # the segmentor is the teacher and learns nothing from this
            taught = mask_scores(self.propagation.segmentor(frame).segments)
        scores = mask_scores(prediction.segments) if prediction.scores is None else prediction.scores.softmax(1)
        height, width = (side // MASK_STRIDE for side in frame.shape[-2:])  # what lies beyond is padding
        divergence = score_divergence(scores[..., :height, :width], taught[..., :height, :width])
        self.log("train/divergence", divergence, batch_size=len(frame))
        return divergence


def _cover(labels: Tensor, mask_logits: Tensor) -> Tensor:
    """Pad labels (B, H, W) with VOID to the padded frame, which the mask logits (B, N, h, w) cover."""
    bottom = mask_logits.shape[-2] * MASK_STRIDE - labels.shape[-2]
    right = mask_logits.shape[-1] * MASK_STRIDE - labels.shape[-1]
    return F.pad(labels, (0, right, 0, bottom), value=VOID)
