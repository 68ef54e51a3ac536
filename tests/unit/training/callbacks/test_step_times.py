from types import SimpleNamespace

import pytest
import torch
from torch import nn

from mpvss.criterion import HungarianMatcher
from mpvss.training.callbacks import StepTimes
from mpvss.training.step_time import StepTime
from mpvss.types import Segments

SHARES = ("data_wait", "forward", "matching", "backward", "optimizer")


class Training(nn.Module):
    """Batches of 2 pairs on a clock that only this moves: 1 s of data, then 2, 3, 4 and 5 s for the parts.

    Of the 3 s of matching, 1 s is the assignment's.
    """

    device = torch.device("cpu")

    def __init__(self, world_size=1, log_every=1, **arguments):
        super().__init__()
        self.time, self.done, self.logged = 0.0, float("inf"), []
        self.trainer = SimpleNamespace(world_size=world_size, global_step=0, log_every_n_steps=log_every)
        self.callback = StepTimes(clock=self, **arguments)
        self.matcher = HungarianMatcher(num_points=1)
        self.matcher.costs = self.costs
        self.callback.on_train_start(self.trainer, self)
        self.matcher.assignment.register_forward_pre_hook(lambda *_: self.spend(1))  # once the callback watches

    # The clock
    def now(self):
        return self.time

    def reached(self, moment):
        return moment <= self.done

    def seconds(self, begin, end):
        return end - begin

    def spend(self, seconds):
        self.time += seconds

    # The module
    def costs(self, layers, targets):
        self.spend(2)
        return [torch.zeros(1, 1, 1)]

    def log_dict(self, values, batch_size):
        assert batch_size == 2
        self.logged.append(
            {name.removeprefix("train/").removesuffix("_share"): value for name, value in values.items()}
        )

    # The trainer
    def batch(self, wait=1.0, steps=True):
        batch = SimpleNamespace(frame=[0, 0])
        self.spend(wait)
        self.callback.on_train_batch_start(self.trainer, self, batch, 0)
        self.spend(1.5)
        self.matcher([Segments(torch.zeros(1, 1, 2), torch.zeros(1, 1, 1, 1))], [])
        self.spend(0.5)
        self.callback.on_before_backward(self.trainer, self, None)
        self.spend(4)
        self.callback.on_after_backward(self.trainer, self)
        if steps:
            self.callback.on_before_optimizer_step(self.trainer, self, None)
            self.spend(5)
            self.trainer.global_step += 1
        self.callback.on_train_batch_end(self.trainer, self, None, batch, 0)


def shares(*seconds):
    return dict(zip(SHARES, (second / sum(seconds) for second in seconds), strict=True))


def test_a_step_is_split_into_its_parts():
    training = Training()
    training.batch(wait=100)  # the first: nobody knows since when it waits
    assert training.logged == []
    training.batch()
    assert training.logged == [{"pairs_per_second": 2 / 15, **shares(1, 2, 3, 4, 5)}]
    assert training.callback.steps() == [
        StepTime(2, data_wait=1, forward=2, matching=3, assignment=1, backward=4, optimizer=5)
    ]


def test_the_latest_steps_are_averaged():
    training = Training(window=2)
    for wait in (0, 1, 5):
        training.batch(wait)
    assert training.logged[-1] == {"pairs_per_second": 4 / 34, **shares(6, 4, 6, 8, 10)}
    training.batch()
    training.batch()
    assert training.logged[-1] == {"pairs_per_second": 4 / 30, **shares(2, 4, 6, 8, 10)}  # the slow step is over


def test_batches_whose_gradients_accumulate_make_one_step():
    training = Training(window=1)
    for steps in (True, False, False, True, False):
        training.batch(steps=steps)
    assert training.logged == [{"pairs_per_second": 6 / 35, **shares(3, 6, 9, 12, 5)}]
    training.batch()
    assert training.logged[1:] == [{"pairs_per_second": 4 / 25, **shares(2, 4, 6, 8, 5)}]


@pytest.mark.parametrize("event", ["validation", "checkpoint"])
def test_a_step_after_something_else_is_left_out(event):
    training = Training()
    training.batch()
    training.batch()
    if event == "validation":
        training.callback.on_validation_start(training.trainer, training)
        training.matcher([Segments(torch.zeros(1, 1, 2), torch.zeros(1, 1, 1, 1))], [])  # is no part of any step
    else:
        training.callback.on_save_checkpoint(training.trainer, training, {})
    training.spend(1000)
    training.batch(wait=7)
    training.batch(wait=3)
    assert training.logged[-1] == {"pairs_per_second": 4 / 32, **shares(4, 4, 6, 8, 10)}


def test_what_a_device_has_not_finished_is_logged_later():
    training = Training()
    training.done = 0.0
    training.batch()
    training.batch(wait=1)
    training.batch(wait=9)
    assert training.logged == []
    training.done = 30.0  # the end of the second step
    assert training.callback.steps() == [StepTime(2, 1, 2, 3, 1, 4, 5)]
    training.batch()
    assert training.logged == [{"pairs_per_second": 2 / 15, **shares(1, 2, 3, 4, 5)}]
    training.done = 1000.0
    assert [step.data_wait for step in training.callback.steps()] == [1, 9, 1]


def test_only_what_is_written_is_logged():
    training = Training(log_every=3, window=2)
    for wait in range(6):
        training.batch(wait)
    assert [values["data_wait"] for values in training.logged] == [3 / 31, 9 / 37]  # steps 2 and 3, 5 and 6
    never = Training(log_every=0)
    never.batch()
    never.batch()
    assert never.logged == []


def test_pairs_of_all_processes_count():
    training = Training(world_size=3)
    training.batch()
    training.batch()
    assert training.logged[-1]["pairs_per_second"] == 3 * 2 / 15


def test_no_hook_stays_behind():
    training = Training()
    training.callback.on_train_end(training.trainer, training)
    assert not training.matcher._forward_hooks
    assert not training.matcher._forward_pre_hooks
    assert not training.matcher.assignment._forward_hooks
    assert len(training.matcher.assignment._forward_pre_hooks) == 1  # the one above
