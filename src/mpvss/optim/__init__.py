"""A model enters, what trains it leaves: the parts that learn, and how fast."""

from mpvss.optim.parameter_groups import parameter_groups
from mpvss.optim.polynomial_schedule import PolynomialSchedule
from mpvss.optim.stepping import optimizer_and_schedule
from mpvss.optim.trained_parts import TrainedParts

__all__ = [
    "PolynomialSchedule",
    "TrainedParts",
    "optimizer_and_schedule",
    "parameter_groups",
]
