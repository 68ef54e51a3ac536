"""Which signals a process that reads data heeds."""

import os
import signal
import threading


def heed_parent_alone(worker: int) -> None:
    """Leave what a terminal or SLURM sends to all processes of a run to the one that trains.

    That one needs data to the end of its step, and ends its workers itself, by SIGTERM.

    Args:
        worker: its number; not used, but given by torch's DataLoader.
    """
    for number in (signal.SIGINT, signal.SIGUSR1, signal.SIGUSR2):
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    threading.Thread(target=_end_when_parent_says, daemon=True).start()


def _end_when_parent_says() -> None:
    while signal.sigwaitinfo({signal.SIGTERM}).si_pid != os.getppid():
        pass
    os._exit(0)
