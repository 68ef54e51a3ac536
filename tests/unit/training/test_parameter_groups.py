import torch
from torch import nn

from mpvss.training import parameter_groups


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(nn.Linear(2, 3), nn.LayerNorm(3))
        self.head = nn.Linear(3, 4)
        self.queries = nn.Embedding(5, 4)
        self.level_embedding = nn.Parameter(torch.zeros(3, 4))
        self.frozen = nn.Linear(2, 2).requires_grad_(False)


def test_backbone_learns_slower_and_norms_and_embeddings_do_not_decay():
    model = Model()
    groups = {group["name"]: group for group in parameter_groups(model, lr=1e-2, weight_decay=0.05)}
    rates = {name: (group["lr"], group["weight_decay"]) for name, group in groups.items()}
    assert rates == {
        "backbone": (1e-3, 0.05), "backbone_no_decay": (1e-3, 0.0), "head": (1e-2, 0.05), "head_no_decay": (1e-2, 0.0),
    }  # fmt: skip
    members = {name: {id(p) for p in group["params"]} for name, group in groups.items()}
    assert members["backbone"] == {id(p) for p in model.backbone[0].parameters()}
    assert members["backbone_no_decay"] == {id(p) for p in model.backbone[1].parameters()}
    assert members["head"] == {id(p) for p in model.head.parameters()}
    assert members["head_no_decay"] == {id(model.queries.weight), id(model.level_embedding)}
