"""The LightningModule: segmentor, flow module and criterion in one training and evaluation loop."""

from collections.abc import Callable

import lightning
import torch
import torch.nn.functional as F
from lightning.pytorch.utilities.types import OptimizerLRSchedulerConfig
from torch import Tensor

from mpvss.criterion import MaskCriterion, fused_score_loss
from mpvss.data import mask_targets
from mpvss.inference import VideoSegmenter, segment_pairs
from mpvss.metrics import VideoMetrics
from mpvss.optim import parameter_groups
from mpvss.propagation import MASK_STRIDE, PropagatorModule
from mpvss.types import VOID, Clip, FramePair, KeyFrameSchedule, Prediction


class MPVSS(lightning.LightningModule):
    """Train a propagator on key/non-key pairs, and score it on streamed videos.

    Args:
        propagation: the propagator, which holds segmentor and flow module.
        criterion: scores masks against targets.
        metrics: of validation and test.
        keyframes: which frames of an evaluated video are key frames.
        num_classes: K.
        optimizer: from parameter groups, `lr` and `weight_decay`, to an optimizer.
        scheduler: from an optimizer to a learning rate schedule, stepped after every batch.
        backbone_lr_scale: factor on the backbone's learning rate.
        key_loss_weight: of the loss on the key frame's own masks.
        propagated_loss_weight: of the loss on the warped masks.
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
        key_loss_weight: float = 1.0,
        propagated_loss_weight: float = 1.0,
    ) -> None:
        super().__init__()
        self.propagation = propagation
        self.criterion = criterion
        self.metrics = metrics
        self.segmenter = VideoSegmenter(propagation, keyframes)
        self.num_classes = num_classes
        self.optimizer = optimizer
        self.scheduler = scheduler
        self.backbone_lr_scale = backbone_lr_scale
        self.loss_weights = {"key": key_loss_weight, "propagated": propagated_loss_weight}

    def training_step(self, pair: FramePair, batch_index: int) -> Tensor:
        """Segment the key frames, carry their masks on, and score both.

        Args:
            pair: a batch of key and non-key frames with labels.
            batch_index: not used.

        Returns:
            The scalar loss.
        """
        state = self.propagation.start(pair.key_frame)
        predictions = {"key": (Prediction(state.segments, auxiliary=state.auxiliary), pair.key_labels)}
        if self.loss_weights["propagated"]:
            predictions["propagated"] = (self.propagation.step(state, pair.frame), pair.labels)
        losses = {}
        for name, (prediction, labels) in predictions.items():
            if self.loss_weights[name]:
                losses[name] = self._loss(name, prediction, labels)
        loss = torch.stack([self.loss_weights[name] * value for name, value in losses.items()]).sum()
        self.log("train/loss", loss, prog_bar=True, batch_size=len(pair.frame))
        return loss

    def on_validation_epoch_start(self) -> None:
        """Start with no video and no score."""
        self.segmenter.reset()
        self.metrics.reset()

    def validation_step(self, batch: Clip | FramePair, batch_index: int) -> None:
        """Segment the next frames of a video, or pairs of sparsely labelled videos, and score them.

        Args:
            batch: consecutive labelled frames, those of one video in order; or pairs.
            batch_index: not used.
        """
        if isinstance(batch, FramePair):
            self.metrics.update_pairs(segment_pairs(self.propagation, batch), batch.labels, batch.gap)
            return
        if batch.start == 0:
            self.segmenter.reset()
        segmented = self.segmenter.segment(batch.frames)
        self.metrics.update(segmented.labels, batch.labels, batch.start, segmented.key)

    def on_validation_epoch_end(self) -> None:
        """Log the scores of the whole split, in percent; a score that is not defined on it is not logged."""
        for name, score in self.metrics.compute().items():
            self.log(f"val/{name}", score, prog_bar=name == "mIoU", sync_dist=True)

    def configure_optimizers(self) -> OptimizerLRSchedulerConfig:
        """Build optimizer and schedule over the trainable parameters."""
        hyperparameters = self.optimizer.keywords  # type: ignore[attr-defined]  # a partial, by Hydra's _partial_
        groups = parameter_groups(
            self.propagation, hyperparameters["lr"], hyperparameters["weight_decay"], self.backbone_lr_scale
        )
        optimizer = self.optimizer(groups)
        return {
            "optimizer": optimizer,
            "lr_scheduler": {"scheduler": self.scheduler(optimizer), "interval": "step", "name": "lr"},
        }

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


def _cover(labels: Tensor, mask_logits: Tensor) -> Tensor:
    """Pad labels (B, H, W) with VOID to the padded frame, which the mask logits (B, N, h, w) cover."""
    bottom = mask_logits.shape[-2] * MASK_STRIDE - labels.shape[-2]
    right = mask_logits.shape[-1] * MASK_STRIDE - labels.shape[-1]
    return F.pad(labels, (0, right, 0, bottom), value=VOID)
