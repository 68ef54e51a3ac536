"""What is typed, and what Hydra understands."""

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from mpvss.building.renamed import renamed
from mpvss.commands.command_table import Command


def understood(command: Command, arguments: Sequence[str]) -> list[str]:
    """Turn a command's arguments as typed into those that Hydra understands, old names of keys among them."""
    present = [renamed(argument) for argument in arguments]
    return gather_runs(present) if command.name == "report" else present


def gather_runs(arguments: Sequence[str]) -> list[str]:
    """Let runs be typed as plain paths, as a shell expands them: they become one override of the key `runs`.

    Args:
        arguments: of the command line: paths, and overrides or options of Hydra.

    Returns:
        What Hydra understands.

    Example:
        >>> gather_runs(["outputs/eval/a", "outputs/eval/b=1,c=2", "output=report"])
        ["runs=['outputs/eval/a','outputs/eval/b=1,c=2']", 'output=report']
    """
    runs = [
        argument for argument, before in zip(arguments, ["", *arguments], strict=False) if _is_run(argument, before)
    ]
    if not runs:
        return list(arguments)
    others = [argument for argument in arguments if argument not in runs]
    return ["runs=[" + ",".join("'" + run.replace("'", r"\'") + "'" for run in runs) + "]", *others]


def _is_run(argument: str, before: str) -> bool:
    """Tell a path from an override, which has a key before its first ``=``, and from an option and its value."""
    is_option = argument.startswith("-") or (
        before.startswith("-") and "=" not in before and not Path(argument).exists()
    )
    return not is_option and (Path(argument).exists() or "=" not in argument or "/" in argument.partition("=")[0])


def command_as_typed() -> str:
    """Return the command line that this process runs, to be typed again."""
    program, *arguments = sys.argv
    is_script = program.endswith(".py")
    return f"{f'python {shlex.quote(program)}' if is_script else program} {shlex.join(arguments)}".rstrip()
