"""The LightningModule that learns to propagate from video without labels: the segmentor is the teacher."""

import torch
from torch import Tensor

from mpvss.criterion import score_divergence
from mpvss.module import MPVSS
from mpvss.propagation import MASK_STRIDE, mask_scores
from mpvss.types import FramePair


class Distillation(MPVSS):
    """Match what is carried to a non-key frame to what the frozen segmentor says of that frame itself.

    Labels are not read. The scores of all segments together are compared, as they are at inference, so that no
    query has to be matched to another frame's. Arguments are those of :class:`~mpvss.module.MPVSS`, which also
    evaluates; its criterion and loss weights are not used.
    """

    def training_step(self, pair: FramePair, batch_index: int) -> Tensor:
        """Carry the key frames' masks on and compare the scores with the segmentor's own.

        Args:
            pair: a batch of key and non-key frames.
            batch_index: not used.

        Returns:
            The scalar loss.
        """
        state = self.propagation.start(pair.key_frame)
        propagated = self.propagation.step(state, pair.frame).segments
        with torch.no_grad():
            taught = self.propagation.segmentor(pair.frame).segments
        # Whole map pixels of the frame; what lies beyond is padding.
        height, width = (side // MASK_STRIDE for side in pair.frame.shape[-2:])
        scores, target = (mask_scores(segments)[..., :height, :width] for segments in (propagated, taught))
        loss = score_divergence(scores, target)
        self.log("train/loss", loss, prog_bar=True, batch_size=len(pair.frame))
        return loss
