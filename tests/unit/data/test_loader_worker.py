"""A worker goes on when others signal it, and ends when its parent does."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time

from mpvss.data.loader_worker import heed_parent_alone

KILL = "import os, sys; os.kill(int(sys.argv[1]), int(sys.argv[2]))"


def work(ready, go_on, done):
    heed_parent_alone(0)
    ready.set()
    go_on.wait()
    done.set()
    time.sleep(60)


def test_others_signals_are_not_heeded_and_the_parents_is():
    context = multiprocessing.get_context("fork")
    ready, go_on, done = (context.Event() for _ in range(3))
    worker = context.Process(target=work, args=(ready, go_on, done), daemon=True)
    worker.start()
    assert ready.wait(20)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1, signal.SIGUSR2):
        subprocess.run([sys.executable, "-c", KILL, str(worker.pid), str(int(number))], check=True)
    go_on.set()
    assert done.wait(20)
    os.kill(worker.pid, signal.SIGTERM)
    worker.join(20)
    assert worker.exitcode == 0
