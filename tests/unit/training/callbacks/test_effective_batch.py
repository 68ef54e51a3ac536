import logging
from types import SimpleNamespace

import pytest

from mpvss.training.callbacks import EffectiveBatch
from mpvss.training.callbacks.effective_batch import batches_per_step


@pytest.mark.parametrize(
    ("pairs", "num_devices", "batch_size", "expected", "line"),
    [
        (16, 2, 4, 2, "effective batch 16 = 2 devices x 4 pairs x 2 accumulated"),
        (16, 8, 2, 1, "effective batch 16 = 8 devices x 2 pairs x 1 accumulated"),
        (16, 1, 1, 16, "effective batch 16 = 1 devices x 1 pairs x 16 accumulated"),
        (None, 3, 5, 1, "effective batch 15 = 3 devices x 5 pairs x 1 accumulated"),
    ],
)
def test_the_arithmetic_is_logged(pairs, num_devices, batch_size, expected, line, caplog):
    with caplog.at_level(logging.INFO):
        assert batches_per_step(pairs, num_devices, batch_size) == expected
    assert caplog.messages == [line]


@pytest.mark.parametrize(
    ("pairs", "num_devices", "batch_size", "message"),
    [
        (16, 2, 3, "2 devices x data.batch_size=3 pairs. Set data.batch_size to one of 1, 2, 4, 8, or "
                   "optim.effective_batch to a multiple of 6, or to null for 6."),
        (16, 1, 32, "Set data.batch_size to one of 1, 2, 4, 8, 16, or"),
        (16, 3, 4, "pairs. Set optim.effective_batch to a multiple of 12, or to null for 12."),
        (0, 1, 2, "effective_batch=0 is no multiple"),
    ],
)  # fmt: skip
def test_pairs_that_cannot_be_shared_are_refused_with_what_would_do(pairs, num_devices, batch_size, message):
    with pytest.raises(ValueError) as error:
        batches_per_step(pairs, num_devices, batch_size)
    assert message in str(error.value)


def trainer(batches, val_check_interval=100):
    data = SimpleNamespace(batch_size=4, train_dataloader=lambda: range(batches))
    return SimpleNamespace(
        datamodule=data, world_size=2, accumulate_grad_batches=1, val_check_interval=val_check_interval,
        limit_train_batches=1.0,
    )  # fmt: skip


def test_validation_stays_one_in_so_many_steps_and_an_epoch_has_whole_steps():
    accumulating = trainer(batches=125)
    EffectiveBatch(16).setup(accumulating, None, "fit")
    assert accumulating.accumulate_grad_batches == 2
    assert accumulating.val_check_interval == 200
    assert accumulating.limit_train_batches == 124


def test_a_share_of_an_epoch_as_validation_interval_is_left_alone():
    accumulating = trainer(batches=8, val_check_interval=0.5)
    EffectiveBatch(16).setup(accumulating, None, "fit")
    assert accumulating.val_check_interval == 0.5


def test_nothing_changes_where_nothing_is_accumulated():
    whole = trainer(batches=125)
    EffectiveBatch(None).setup(whole, None, "fit")
    assert (whole.accumulate_grad_batches, whole.val_check_interval, whole.limit_train_batches) == (1, 100, 1.0)


def test_an_epoch_without_a_single_step_is_refused():
    with pytest.raises(ValueError, match=r"an epoch must have optim\.effective_batch=64 pairs"):
        EffectiveBatch(64).setup(trainer(batches=7), None, "fit")
