from types import SimpleNamespace

import pytest
import torch
from torch import nn

from mpvss.callbacks import SynchronisedNorms


@pytest.mark.parametrize(
    ("stage", "world_size", "device", "replaced"),
    [("fit", 2, "cuda", True), ("fit", 1, "cuda", False), ("fit", 2, "cpu", False), ("validate", 2, "cuda", False)],
)
def test_norms_are_synchronised_where_several_gpus_train(stage, world_size, device, replaced):
    model = nn.Sequential(nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4))
    trainer = SimpleNamespace(world_size=world_size, strategy=SimpleNamespace(root_device=torch.device(device)))
    SynchronisedNorms().setup(trainer, model, stage)
    assert isinstance(model[1], nn.SyncBatchNorm) == replaced
