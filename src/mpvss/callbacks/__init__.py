"""What a training run does beside training.

A `RunRecord` keeps configuration and classes with the weights. `GradientNorm` and `Throughput` log curves, to whatever
logger there is; `ValidationPictures` shows W&B frames, a video and the IoU of each class.
"""

from mpvss.callbacks.gradient_norm import GradientNorm
from mpvss.callbacks.run_record import RunRecord
from mpvss.callbacks.throughput import Throughput
from mpvss.callbacks.validation_pictures import ValidationPictures

__all__ = ["GradientNorm", "RunRecord", "Throughput", "ValidationPictures"]
