"""Turn evaluations into tables and figures."""

from collections.abc import Sequence
from pathlib import Path

from omegaconf import DictConfig, OmegaConf

from mpvss.report import read_records


def report_runs(cfg: DictConfig) -> Path:
    """Write tables and figures of the named runs.

    Returns:
        ``report.md``, which shows them all.
    """
    runs = OmegaConf.to_object(cfg.runs) if OmegaConf.is_list(cfg.runs) else [cfg.runs]
    records = read_records(runs)  # type: ignore[arg-type]  # a list of what the command line named
    from mpvss.report.document import write_report

    return write_report(cfg.output, records, cfg.rivals)


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
