"""What a training run does beside training.

`EffectiveBatch` sizes its steps, `BestCheckpoint` keeps its best weights, `RunRecord` configuration and classes with
them, and `ModelCard` a text beside them. `GradientNorm` and `Throughput` log curves, to whatever logger there is;
`ValidationPictures` shows W&B frames, a video and the IoU of each class.
"""

from mpvss.callbacks.best_checkpoint import BestCheckpoint
from mpvss.callbacks.effective_batch import EffectiveBatch
from mpvss.callbacks.gradient_norm import GradientNorm
from mpvss.callbacks.model_card import ModelCard
from mpvss.callbacks.run_record import RunRecord
from mpvss.callbacks.throughput import Throughput
from mpvss.callbacks.validation_pictures import ValidationPictures

__all__ = [
    "BestCheckpoint",
    "EffectiveBatch",
    "GradientNorm",
    "ModelCard",
    "RunRecord",
    "Throughput",
    "ValidationPictures",
]
