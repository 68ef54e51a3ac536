import lightning
import pytest
import torch
from torch.utils.data import DataLoader

from mpvss.training.callbacks import BestCheckpoint


class Scored(lightning.LightningModule):
    """Its one weight counts the steps; validation logs the next of `scores`, None for nothing."""

    def __init__(self, scores):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(()))
        self.scores = iter(scores)

    def training_step(self, batch, batch_index):
        return -self.weight

    def validation_step(self, batch, batch_index):
        if (score := next(self.scores)) is not None:
            self.log("val/mIoU", score)

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=1.0)


def run(folder, scores):
    checkpoint = BestCheckpoint(
        dirpath=folder, filename="best", monitor="val/mIoU", mode="max", enable_version_counter=False
    )
    trainer = lightning.Trainer(
        default_root_dir=folder, max_steps=6, val_check_interval=2, check_val_every_n_epoch=None,
        callbacks=[checkpoint], logger=False, enable_progress_bar=False, enable_model_summary=False,
        accelerator="cpu", num_sanity_val_steps=0,
    )  # fmt: skip
    trainer.fit(Scored(scores), DataLoader(range(6)), DataLoader(range(1)))
    return {
        file.stem: int(torch.load(file, weights_only=True)["state_dict"]["weight"]) for file in folder.glob("*.ckpt")
    }


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ((10.0, 30.0, 20.0), {"best": 4}),
        ((None, None, None), {"best": 6}),
    ],
)
def test_the_best_weights_are_kept_or_the_latest_where_there_is_no_score(tmp_path, scores, expected):
    steps = run(tmp_path, scores)
    assert {name: steps.get(name) for name in expected} == expected
