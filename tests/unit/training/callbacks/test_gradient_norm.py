import pytest
import torch
from torch import nn

from mpvss.training.callbacks import GradientNorm


class Logging(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second, self.frozen = (nn.Parameter(torch.zeros(2)) for _ in range(3))
        self.logged = {}

    def log(self, name, value):
        self.logged[name] = float(value)


def test_the_norm_is_over_all_parameters_with_a_gradient():
    module = Logging()
    module.first.grad, module.second.grad = torch.tensor([1.0, 2.0]), torch.tensor([2.0, 4.0])
    GradientNorm().on_before_optimizer_step(None, module, None)
    assert module.logged == {"train/gradient_norm": pytest.approx(5.0)}  # sqrt(1 + 4 + 4 + 16)
