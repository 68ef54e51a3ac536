"""How wrong a set of segments is.

Enter: the segments of every decoder layer, as the segmentor gave them or as they were warped to another frame
(class logits and mask logits), and the labelled segments of the same frames (:class:`mpvss.types.MaskTarget`).
Leave: one loss to minimise and its terms.

Queries are matched to targets one to one (:class:`HungarianMatcher`), then classes and masks are compared
(:class:`MaskCriterion`), masks at sampled points only.

Where flow itself is trained, estimated and true flow enter and their end-point error leaves (:class:`FlowError`).
Where a segmentor is the teacher, propagated and taught class scores enter (:func:`score_divergence`).
"""

from mpvss.criterion.flow_error import FlowError, end_point_error
from mpvss.criterion.mask_criterion import CriterionOutput, MaskCriterion, mask_losses
from mpvss.criterion.matcher import HungarianMatcher, Match, pair_costs
from mpvss.criterion.points import sample_points, uncertain_points
from mpvss.criterion.scores import fused_score_loss, score_divergence
from mpvss.criterion.targets import mask_targets

__all__ = [
    "CriterionOutput",
    "FlowError",
    "HungarianMatcher",
    "MaskCriterion",
    "Match",
    "end_point_error",
    "fused_score_loss",
    "mask_losses",
    "mask_targets",
    "pair_costs",
    "sample_points",
    "score_divergence",
    "uncertain_points",
]
