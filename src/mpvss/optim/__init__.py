"""A model enters, what trains it leaves: the parts that learn, how fast, and what share of them a process holds."""

from mpvss.optim.parameter_groups import parameter_groups
from mpvss.optim.polynomial_schedule import PolynomialSchedule
from mpvss.optim.sharding import gather, let_go, shard
from mpvss.optim.stepping import optimizer_and_schedule
from mpvss.optim.trained_parts import TrainedParts

__all__ = [
    "PolynomialSchedule",
    "TrainedParts",
    "gather",
    "let_go",
    "optimizer_and_schedule",
    "parameter_groups",
    "shard",
]
