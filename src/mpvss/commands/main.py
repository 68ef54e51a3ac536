"""The command line: ``mpvss COMMAND [KEY=VALUE ...]``, and ``python src/COMMAND.py`` in a checkout.

What only prints a text imports neither PyTorch nor Hydra.
"""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from mpvss import __version__
from mpvss.commands.command_table import COMMANDS

_STOPPED = 128 + signal.SIGINT
"""The exit status that shells give to what Ctrl-C ended."""


def main() -> None:
    """Run what the command line names, for ``mpvss`` and ``python -m mpvss``."""
    name, *arguments = sys.argv[1:] or ["--help"]
    if name in ("-h", "--help"):
        from mpvss.commands.help_text import overview

        sys.stdout.write(overview())
    elif name == "--version":
        sys.stdout.write(f"mpvss {__version__}\n")
    elif name in COMMANDS:
        sys.argv[:] = [f"mpvss {name}", *arguments]
        run_command(name)
    else:
        sys.stderr.write(f"error: there is no command {name!r}.{_suggestion(name)} List them: mpvss --help\n")
        sys.exit(1)


def run_command(name: str) -> None:
    """Run a command with the arguments in `sys.argv`, or print its help if they ask for it.

    Args:
        name: as ``mpvss`` knows it.
    """
    command = COMMANDS[name]
    if {"-h", "--help"} & set(sys.argv[1:]):
        from mpvss.commands.help_text import help_of

        sys.stdout.write(help_of(command))
        return
    try:
        with _ended_by_ctrl_c():
            from mpvss.commands.run import run

            run(command)
    except KeyboardInterrupt:
        sys.stderr.write("stopped\n")
        sys.exit(_STOPPED)


def _suggestion(name: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name.replace("_", "-"), COMMANDS, n=1)
    return f" Did you mean {near[0]}?" if near else ""


@contextmanager
def _ended_by_ctrl_c() -> Iterator[None]:
    """End the process on Ctrl-C, until the command's own code runs: see `end_at_once`."""
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:  # who started us ignores it, or listens
        yield
        return
    signal.signal(signal.SIGINT, end_at_once)
    try:
        yield
    finally:
        hear_ctrl_c()


def end_at_once(number: int, frame: FrameType | None) -> None:
    """Handle Ctrl-C while modules are imported, where nothing has begun that could be lost.

    An exception would be turned into others there, by modules in C and by those that try what is installed.
    """
    os.write(sys.stderr.fileno(), b"stopped\n")
    os._exit(_STOPPED)


def hear_ctrl_c() -> None:
    """Let Ctrl-C raise KeyboardInterrupt again."""
    if signal.getsignal(signal.SIGINT) is end_at_once:
        signal.signal(signal.SIGINT, signal.default_int_handler)
