"""What a training run does beside training.

`EffectiveBatch` sizes its steps, `SynchronisedNorms` lets BatchNorm see all GPUs. `BestCheckpoint` keeps its best
weights, `LastCheckpoint` the latest state, from which it goes on after a signal or a crash; with them `RunRecord` keeps
configuration and classes, `RandomState` the random streams, and `ModelCard` lays a text beside them. `NonFiniteLoss`
stops a run that diverges; `NonFiniteParts` then says where, and `FallingLoss` whether a model learns at all.
`GradientNorm` and `StepTimes` log curves, to whatever logger there is; `ValidationPictures` shows W&B frames, a video
and the IoU of each class; `TrainingProgress` is the bar on the terminal.
"""

from mpvss.training.callbacks.best_checkpoint import BestCheckpoint
from mpvss.training.callbacks.effective_batch import EffectiveBatch
from mpvss.training.callbacks.falling_loss import FallingLoss
from mpvss.training.callbacks.gradient_norm import GradientNorm
from mpvss.training.callbacks.last_checkpoint import LastCheckpoint
from mpvss.training.callbacks.model_card import ModelCard
from mpvss.training.callbacks.non_finite_loss import NonFiniteLoss
from mpvss.training.callbacks.non_finite_parts import NonFiniteParts
from mpvss.training.callbacks.random_state import RandomState
from mpvss.training.callbacks.run_record import RunRecord
from mpvss.training.callbacks.step_times import StepTimes
from mpvss.training.callbacks.training_progress import TrainingProgress
from mpvss.training.callbacks.validation_pictures import ValidationPictures

__all__ = [
    "BestCheckpoint",
    "EffectiveBatch",
    "FallingLoss",
    "GradientNorm",
    "LastCheckpoint",
    "ModelCard",
    "NonFiniteLoss",
    "NonFiniteParts",
    "RandomState",
    "RunRecord",
    "StepTimes",
    "TrainingProgress",
    "ValidationPictures",
]
