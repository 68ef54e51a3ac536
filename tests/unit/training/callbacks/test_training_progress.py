import lightning
import pytest
import torch
from rich.console import Console

from mpvss.output.progress import progress_bar
from mpvss.training.callbacks import TrainingProgress, training_progress


class Module(lightning.LightningModule):
    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(()))

    def training_step(self, batch, index):
        self.log("train/loss", self.weight.detach() * 2, prog_bar=True)
        return self.weight * batch.sum()

    def validation_step(self, batch, index):
        self.log("val/mIoU", torch.tensor(71.5), prog_bar=True)

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.0)


def fitted(monkeypatch, callback, failing_step=None, **trainer):
    """What is on the terminal after training, and what was there during validation."""
    console, seen = Console(record=True, width=120, force_terminal=True), []

    def bar(unit, shown=True):
        progress = progress_bar(unit, shown)
        progress.live.console = console
        return progress

    class Watch(lightning.Callback):
        def on_validation_batch_end(self, trainer, *_):
            if callback._bar is not None:
                seen.append([(task.description, task.completed, task.total) for task in callback._bar.tasks])

        def on_train_batch_start(self, trainer, module, batch, index):
            if trainer.global_step == failing_step:
                raise ValueError("diverged")

    monkeypatch.setattr(training_progress, "progress_bar", bar)
    options = {"accelerator": "cpu", "logger": False, "enable_checkpointing": False, "enable_model_summary": False}
    fit = lightning.Trainer(callbacks=[callback, Watch()], **options, **trainer).fit
    data = torch.utils.data.DataLoader(torch.ones(4), batch_size=1)
    try:
        fit(Module(), data, data)
    finally:
        seen.append(console.export_text())
    return seen


def test_the_bar_counts_steps_over_all_epochs_and_shows_loss_and_score(monkeypatch, tmp_path):
    callback = TrainingProgress()
    *during, text = fitted(monkeypatch, callback, max_steps=6, default_root_dir=tmp_path)
    assert [description for description, _, _ in during[1]] == ["training  train/loss 2.000", "validating"]
    assert [(task[1][1], task[1][2]) for task in during] == [(n, 4) for n in (1, 2, 3, 4)]
    last = text.strip().splitlines()[-1]
    assert "training  train/loss 2.000  val/mIoU 71.500" in last
    assert "6/6" in last
    assert "Epoch" not in text


def test_the_bar_stops_where_training_fails(monkeypatch, tmp_path):
    callback = TrainingProgress()
    with pytest.raises(ValueError, match="diverged"):
        fitted(monkeypatch, callback, failing_step=3, max_steps=6, default_root_dir=tmp_path)
    assert callback._bar is None


def test_only_the_first_process_draws(monkeypatch, tmp_path):
    callback = TrainingProgress()
    callback.disable()
    assert fitted(monkeypatch, callback, max_steps=2, default_root_dir=tmp_path)[-1] == ""
