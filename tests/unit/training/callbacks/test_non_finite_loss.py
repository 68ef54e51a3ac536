import logging
from types import SimpleNamespace

import pytest
import torch

from mpvss.data import ResumableLoader
from mpvss.training.callbacks import NonFiniteLoss
from mpvss.types import FramePair, NonFiniteError


class Named:
    def __len__(self):
        return 4

    def describe(self, index):
        return f"clip {index}, 00000 and 00007"


BATCH = FramePair(*torch.arange(10).view(5, 2))
TRAINER = SimpleNamespace(global_step=5, global_rank=0, train_dataloader=ResumableLoader(Named(), batch_size=2))


@pytest.mark.parametrize("loss", [float("nan"), float("inf")])
def test_a_loss_that_is_not_finite_stops_training(tmp_path, loss):
    callback = NonFiniteLoss(tmp_path)
    callback.on_before_backward(TRAINER, None, torch.tensor(3.0))
    with pytest.raises(NonFiniteError, match=rf"the loss must be finite; got {loss} at step 5\."):
        callback.on_before_backward(TRAINER, None, torch.tensor(loss))


def test_the_batch_is_named_and_saved(tmp_path, caplog):
    callback = NonFiniteLoss(tmp_path)
    callback.on_train_batch_start(TRAINER, None, BATCH, 1)
    with caplog.at_level(logging.ERROR):
        callback.on_exception(TRAINER, None, NonFiniteError("matching costs must be finite"))
    saved = torch.load(tmp_path / "non_finite_batch_0.pt", weights_only=True)
    assert saved.pop("sources") == ["clip 2, 00000 and 00007", "clip 3, 00000 and 00007"]
    assert saved.keys() == {"key_frame", "key_labels", "frame", "labels", "gap"}
    assert torch.equal(saved["gap"], torch.tensor([8, 9]))
    assert "non_finite_batch_0.pt:\n  clip 2, 00000 and 00007\n  clip 3, 00000 and 00007" in caplog.text


@pytest.mark.parametrize("begun", [True, False])
def test_other_errors_and_errors_before_a_batch_save_nothing(tmp_path, begun):
    callback = NonFiniteLoss(tmp_path)
    if begun:
        callback.on_train_batch_start(TRAINER, None, BATCH, 1)
    callback.on_exception(TRAINER, None, ValueError("else") if begun else NonFiniteError("early"))
    assert not list(tmp_path.iterdir())
