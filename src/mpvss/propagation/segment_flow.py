"""One flow map out of one per segment, for pictures: at each pixel, the flow of the segment seen there."""

import torch.nn.functional as F
from torch import Tensor

from mpvss.propagation.semantic import mask_stride
from mpvss.types import Prediction


def segment_flow(prediction: Prediction, size: tuple[int, int]) -> Tensor:
    """Give each pixel the flow of the segment that owns it, as the paper's flow pictures do (Fig. 1).

    The owner is the query with the largest product of best class probability and mask probability.

    Args:
        prediction: a non-key frame's, with flow (B, N or 1, 2, h', w').
        size: (H, W) of the frame, in pixels; the map's padding is cut off.

    Returns:
        (B, 2, h'', w'') displacement from the frame into its key frame, in pixels of this map, which is the
        native flow map without the rows and columns of padding.

    Raises:
        ValueError: if the prediction has no flow.
    """
    if prediction.flow is None:
        raise ValueError("segment_flow needs a prediction with flow; got None. Key frames are segmented, not warped.")
    class_logits, mask_logits = prediction.segments
    flow = prediction.flow
    if flow.shape[1] == 1:
        return _without_padding(flow[:, 0], mask_logits, size)
    class_probs = class_logits.softmax(-1)[..., :-1].amax(-1)
    masks = F.interpolate(mask_logits, size=flow.shape[-2:], mode="bilinear", align_corners=False).sigmoid()
    owner = (class_probs[..., None, None] * masks).argmax(1, keepdim=True)
    owner_flow = flow.gather(1, owner[:, :, None].expand(-1, -1, 2, -1, -1))[:, 0]
    return _without_padding(owner_flow, mask_logits, size)


def _without_padding(flow: Tensor, mask_logits: Tensor, size: tuple[int, int]) -> Tensor:
    padded = [mask_stride(mask_logits, size) * side for side in mask_logits.shape[-2:]]
    rows, columns = (-(-size[axis] * flow.shape[axis - 2] // padded[axis]) for axis in (0, 1))
    return flow[..., :rows, :columns]
