"""Efficient video semantic segmentation by mask propagation (MPVSS, NeurIPS 2023).

How data flows, and which package does it:

    data          video -> key/non-key frame pairs for training, whole clips for evaluation
    backbone      frame -> feature pyramid
    segmentor     pyramid -> queries, class logits, mask logits of a key frame
    flow          (key frame, non-key frame, queries) -> one flow map per query
    propagation   flow + key-frame masks -> warped masks -> semantic map
    criterion     warped masks + targets -> loss
    metrics       semantic maps + labels -> mIoU, WIoU, mVC; cost counting
    inference     a video file in, labels and overlay out, as a stream
    pictures      frames, labels and flow -> pictures of them
    figures       a model and frames -> the paper's figures

`types` holds what they hand to each other and the legend of tensor letters, `layers` what segmentor and
flow module share, `module` ties them into a LightningModule, `launch` builds runs from configurations.
"""

__version__ = "0.1.0"
