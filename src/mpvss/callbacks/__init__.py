"""What a training run does beside training: keep its configuration with its weights."""

from mpvss.callbacks.run_record import RunRecord

__all__ = ["RunRecord"]
