"""What a training run does beside training.

`EffectiveBatch` sizes its steps, `SynchronisedNorms` lets BatchNorm see all GPUs, `BestCheckpoint` keeps its best
weights, `RunRecord` configuration and classes with them. `GradientNorm` and `Throughput` log curves, to whatever logger
there is; `ValidationPictures` shows W&B frames, a video and the IoU of each class.
"""

from mpvss.callbacks.best_checkpoint import BestCheckpoint
from mpvss.callbacks.effective_batch import EffectiveBatch
from mpvss.callbacks.gradient_norm import GradientNorm
from mpvss.callbacks.run_record import RunRecord
from mpvss.callbacks.synchronised_norms import SynchronisedNorms
from mpvss.callbacks.throughput import Throughput
from mpvss.callbacks.validation_pictures import ValidationPictures

__all__ = [
    "BestCheckpoint",
    "EffectiveBatch",
    "GradientNorm",
    "RunRecord",
    "SynchronisedNorms",
    "Throughput",
    "ValidationPictures",
]
