"""What a training run does beside training: size its steps, keep its best weights, and its configuration with them."""

from mpvss.callbacks.best_checkpoint import BestCheckpoint
from mpvss.callbacks.effective_batch import EffectiveBatch
from mpvss.callbacks.run_record import RunRecord

__all__ = ["BestCheckpoint", "EffectiveBatch", "RunRecord"]
