"""A run that was interrupted at any moment goes on as if it had not been."""

import os
import shutil
import signal

import lightning
import pytest
import torch
from lightning.pytorch.callbacks import Callback, WeightAveraging
from lightning.pytorch.loggers.logger import Logger

from mpvss.data import ResumableLoader
from mpvss.training.callbacks import BestCheckpoint, LastCheckpoint, RandomState
from mpvss.training.checkpoint_io import AtomicCheckpointIO
from mpvss.types import FramePair, TrainingStopped


class Numbered:
    """Pairs that are nothing but their index."""

    def __len__(self):
        return 9

    def __getitem__(self, index):
        return FramePair(*[torch.tensor(index)] * 5)


class Wandering(lightning.LightningModule):
    """Its weights depend on every pair in turn, and on every random number drawn; validation scores them."""

    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(2, dtype=torch.float64))

    def training_step(self, batch, batch_index):
        target = batch.gap.double() + torch.rand(2, dtype=torch.float64)
        loss = ((self.weight - target) ** 2).sum()
        self.log("train/loss", loss)
        return loss

    def validation_step(self, batch, batch_index):
        self.log("val/mIoU", self.weight.sum() + batch.float().mean())

    def configure_optimizers(self):
        return torch.optim.AdamW(self.parameters(), lr=0.1)

    def train_dataloader(self):
        return ResumableLoader(Numbered(), batch_size=2)

    def val_dataloader(self):
        return torch.utils.data.DataLoader(torch.arange(3), generator=torch.Generator())


class Remembering(Logger):
    """Keeps every logged number with its step."""

    name = version = "remembering"

    def __init__(self):
        super().__init__()
        self.logged = {}

    def log_metrics(self, metrics, step=None):
        self.logged |= {(name, step): value for name, value in metrics.items() if name != "epoch"}

    def log_hyperparams(self, params):
        pass


class Interrupting(Callback):
    """Sends this process a signal in the middle of a training or validation batch."""

    def __init__(self, where, batch, number=signal.SIGINT):
        self.where, self.batch, self.number = where, batch, number
        self.count = 0

    def on_before_backward(self, *_):
        self.act("training")

    def on_validation_batch_start(self, trainer, *_):
        if not trainer.sanity_checking:
            self.act("validation")

    def act(self, where):
        if where == self.where:
            if self.count == self.batch:
                os.kill(os.getpid(), self.number)
            self.count += 1


class Hoarding(AtomicCheckpointIO):
    """Keeps a copy of everything that it saves."""

    def __init__(self, folder):
        super().__init__()
        self.folder, self.count = folder, 0
        folder.mkdir()

    def save_checkpoint(self, checkpoint, path, storage_options=None):
        super().save_checkpoint(checkpoint, path, storage_options)
        shutil.copy(path, self.folder / f"{self.count:02d}.ckpt")
        self.count += 1


def train(folder, *callbacks, accumulated=1, averaged=False, resumed=None, plugins=(), **options):
    """Train 11 steps, with 4 batches an epoch and a validation every 4 steps; return weights and what was logged."""
    torch.manual_seed(0 if resumed is None else 99)
    logger, module = Remembering(), Wandering()
    best = BestCheckpoint(dirpath=folder, filename="best", monitor="val/mIoU", mode="max", enable_version_counter=False)
    if averaged:
        callbacks = (*callbacks, WeightAveraging())
    trainer = lightning.Trainer(
        default_root_dir=folder, max_steps=11, val_check_interval=4 * accumulated, check_val_every_n_epoch=None,
        accumulate_grad_batches=accumulated, limit_train_batches=4 // accumulated * accumulated, log_every_n_steps=1,
        callbacks=[LastCheckpoint(folder / "last.ckpt", every_n_steps=2), best, RandomState(), *callbacks],
        plugins=[*plugins], logger=logger, enable_progress_bar=False, enable_model_summary=False, accelerator="cpu",
        **options,
    )  # fmt: skip
    try:
        trainer.fit(module, ckpt_path=resumed, weights_only=True)
    except TrainingStopped as stopped:
        return stopped, logger.logged
    return module.weight.detach(), logger.logged


KINDS = [{"accumulated": 1}, {"accumulated": 2}, {"accumulated": 3}, {"accumulated": 2, "averaged": True}]


@pytest.fixture(scope="module", params=KINDS, ids=str)
def whole(request, tmp_path_factory):
    """Options, last weights, everything logged, and every checkpoint of an uninterrupted run."""
    folder = tmp_path_factory.mktemp("whole")
    hoarding = Hoarding(folder / "saved")
    weights, logged = train(folder, **request.param, plugins=[hoarding])
    return request.param, weights, logged, sorted(hoarding.folder.iterdir())


MOMENTS = [*(("training", batch) for batch in (0, 1, 2, 3, 6, 7, 10)), *(("validation", batch) for batch in (0, 2, 4))]


@pytest.mark.parametrize(("where", "batch"), MOMENTS)
def test_a_run_that_a_signal_stopped_goes_on_as_if_it_had_not(whole, tmp_path, where, batch):
    options, weights, logged, _ = whole
    stopped, first = train(tmp_path, Interrupting(where, batch), **options)
    assert stopped.signal == signal.SIGINT
    assert stopped.checkpoint == tmp_path / "last.ckpt"
    others, second = train(tmp_path, **options, resumed=stopped.checkpoint)
    assert torch.equal(others, weights)
    assert first.items() | second.items() <= logged.items()
    assert not first.keys() & second.keys()  # nothing is done twice
    missing = logged.keys() - first.keys() - second.keys()
    assert missing <= {("train/loss", batch // options["accumulated"])}  # of the step that it ended with


def test_a_run_goes_on_from_any_checkpoint_that_it_ever_wrote(whole, tmp_path):
    options, weights, logged, saved = whole
    assert len(saved) > 6
    for number, checkpoint in enumerate(saved[:-1]):  # the last is of the run at its end
        others, second = train(tmp_path / str(number), **options, resumed=checkpoint)
        assert torch.equal(others, weights)
        assert second == {key: logged[key] for key in second}


def test_a_run_without_validation_ends_with_a_checkpoint(tmp_path):
    train(tmp_path, limit_val_batches=0)
    assert torch.load(tmp_path / "last.ckpt", weights_only=True)["global_step"] == 11


def test_the_last_step_is_not_saved_before_its_validation(tmp_path):
    class Short(Interrupting):
        def on_train_start(self, trainer, module):
            trainer.fit_loop.epoch_loop.max_steps = 8

    stopped, _ = train(tmp_path, Short("validation", 4))  # during that of step 8
    assert torch.load(stopped.checkpoint, weights_only=True)["global_step"] == 6


def test_a_second_interrupt_does_not_wait(tmp_path):
    class Twice(Interrupting):
        def act(self, where):
            super().act(where)
            super().act(where)

    with pytest.raises(SystemExit):  # Lightning's answer to KeyboardInterrupt
        train(tmp_path, Twice("training", 2), Interrupting("training", 1))


def test_handlers_are_put_back(tmp_path):
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1)]
    train(tmp_path)
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1)] == before


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGUSR1])
def test_the_end_of_a_job_is_heeded_like_an_interrupt(tmp_path, number):
    stopped, _ = train(tmp_path, Interrupting("training", 2, number))
    assert stopped.signal == number
    assert torch.load(stopped.checkpoint, weights_only=True)["global_step"] == 3


def test_submitit_is_called_once_the_run_is_saved(tmp_path):
    saved = []
    before = signal.signal(
        signal.SIGUSR2, lambda *_: saved.append(torch.load(tmp_path / "last.ckpt", weights_only=True)["global_step"])
    )
    try:
        stopped, _ = train(tmp_path, Interrupting("training", 2, signal.SIGUSR2))
    finally:
        signal.signal(signal.SIGUSR2, before)
    assert stopped.signal == signal.SIGUSR2
    assert saved == [3]


def test_an_interval_of_no_step_is_refused(tmp_path):
    with pytest.raises(ValueError, match="every_n_steps must be at least 1; got 0"):
        LastCheckpoint(tmp_path / "last.ckpt", every_n_steps=0)
