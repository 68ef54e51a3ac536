from types import SimpleNamespace

import pytest

from mpvss.callbacks import Throughput


class Clock:
    """Steps of 2 pairs: 1 s until the data is there, 3 s to train on it."""

    def __init__(self, monkeypatch):
        self.now, self.logged = 0.0, []
        monkeypatch.setattr("mpvss.callbacks.throughput.time.perf_counter", lambda: self.now)

    def log(self, name, value, batch_size):
        self.logged.append((name.removeprefix("train/"), value))

    def step(self, callback, waited=1.0, world_size=1):
        trainer, batch = SimpleNamespace(world_size=world_size), SimpleNamespace(frame=[0, 0])
        self.now += waited
        callback.on_train_batch_start(trainer, self, batch, 0)
        self.now += 3
        callback.on_train_batch_end(trainer, self, None, batch, 0)


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)


def test_pairs_per_second_and_the_share_waited_are_those_of_the_latest_steps(clock):
    callback = Throughput(window=2)
    clock.step(callback, waited=100)  # the first: nobody knows since when it waits
    assert clock.logged == []
    clock.step(callback)
    assert clock.logged == [("pairs_per_second", 2 / 4), ("data_wait_share", 1 / 4)]
    clock.step(callback, waited=5)
    assert clock.logged[2:] == [("pairs_per_second", 4 / 12), ("data_wait_share", 6 / 12)]
    clock.step(callback)
    clock.step(callback)
    assert clock.logged[-2:] == [("pairs_per_second", 4 / 8), ("data_wait_share", 2 / 8)]  # the slow step is over


def test_validation_is_no_waiting_for_data(clock):
    callback = Throughput()
    clock.step(callback)
    clock.step(callback)
    callback.on_validation_start(None, clock)
    clock.now += 1000
    clock.step(callback)
    clock.step(callback)
    assert clock.logged[-2:] == [("pairs_per_second", 4 / 8), ("data_wait_share", 2 / 8)]


def test_pairs_of_all_processes_count(clock):
    callback = Throughput()
    clock.step(callback, world_size=3)
    clock.step(callback, world_size=3)
    assert dict(clock.logged)["pairs_per_second"] == 3 * 2 / 4
