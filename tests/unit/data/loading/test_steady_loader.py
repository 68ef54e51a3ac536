"""Workers go on when others signal them, and end when their parent says so."""

import os
import signal
import subprocess
import sys
import threading

import pytest
import torch

from mpvss.data.loading.loaders import SignalSafeLoader

KILL = "import os, sys; os.kill(int(sys.argv[1]), int(sys.argv[2]))"


class Pids:
    """Which process reads each item."""

    def __len__(self):
        return 8

    def __getitem__(self, index):
        return os.getpid()


@pytest.fixture
def threads_of_children():
    """Every process forked from here on begins with a thread of its own, as those of W&B's do."""
    enabled = True

    def start():
        if enabled:
            threading.Thread(target=threading.Event().wait, daemon=True).start()

    os.register_at_fork(after_in_child=start)
    yield
    enabled = False


@pytest.mark.usefixtures("threads_of_children")
def test_others_signals_are_not_heeded_and_the_parents_is():
    batches = iter(SignalSafeLoader(Pids(), num_workers=1, batch_size=None, prefetch_factor=1))
    worker = next(batches)
    assert worker != os.getpid()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1, signal.SIGUSR2):
        subprocess.run([sys.executable, "-c", KILL, str(worker), str(int(number))], check=True)
    assert [next(batches) for _ in range(6)] == [worker] * 6
    (process,) = batches._workers
    os.kill(worker, signal.SIGTERM)
    process.join(20)
    assert process.exitcode == 0


def test_the_mask_of_the_calling_process_is_put_back():
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    assert len(list(SignalSafeLoader(Pids(), num_workers=1, batch_size=None))) == 8
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == before


def test_the_default_generator_is_left_alone():
    before = torch.get_rng_state()
    list(SignalSafeLoader(Pids(), num_workers=1, batch_size=None))
    assert torch.equal(torch.get_rng_state(), before)
