import pytest
import torch

from mpvss.training.callbacks import FallingLoss


def after(losses):
    callback = FallingLoss()
    for loss in losses:
        callback.on_train_batch_end(None, None, {"loss": torch.tensor(loss)}, None, 0)
    return callback


def test_a_loss_that_falls_is_told_by_its_first_and_last_tenth(caplog):
    with caplog.at_level("INFO"):
        after([5.0, 7.0, *[9.0] * 16, 2.0, 1.0]).on_train_end(None, None)
    assert "The loss of one batch fell from 6 to 1.5 in 20 steps." in caplog.text


@pytest.mark.parametrize("losses", [[1.0], [2.0, 2.0], [3.0, 1.0, 4.0], [3.0, float("nan")]])
def test_a_loss_that_does_not_fall_is_an_error(losses):
    with pytest.raises(
        ValueError, match=r"the loss of one batch must fall; it went from .* Look at optim\.optimizer\.lr"
    ):
        after(losses).on_train_end(None, None)
