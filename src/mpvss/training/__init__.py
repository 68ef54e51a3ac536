"""A model, data and a configuration enter; a trained model leaves.

`MPVSS` is the LightningModule around segmentor, flow module and criterion, `FlowPretraining` the one that trains flow
alone. `parameter_groups`, `PolynomialSchedule` and `TrainedParts` say what learns and how fast, `shard` what share of
it a process holds; `RepeatedBatch` and `SavedBatch` stand in for the data to find out what goes wrong. What a run does
beside training is in `callbacks`.
"""

from mpvss.training.distributed import SynchronisedNorms, reshard, shard, unshard
from mpvss.training.one_batch import RepeatedBatch, SavedBatch
from mpvss.training.parameter_groups import parameter_groups
from mpvss.training.schedule import PolynomialSchedule
from mpvss.training.stepping import optimizer_and_schedule
from mpvss.training.trained_parts import TrainedParts

__all__ = [
    "PolynomialSchedule",
    "RepeatedBatch",
    "SavedBatch",
    "SynchronisedNorms",
    "TrainedParts",
    "optimizer_and_schedule",
    "parameter_groups",
    "reshard",
    "shard",
    "unshard",
]
