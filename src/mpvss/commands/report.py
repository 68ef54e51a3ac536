"""Turn evaluations into tables and figures."""

from pathlib import Path

from omegaconf import DictConfig, OmegaConf
from rich.console import Console

from mpvss.report import read_records


def main(cfg: DictConfig) -> None:
    """Write the report, and say where it is."""
    Console().print(f"Report: {report_runs(cfg)}", soft_wrap=True)


def report_runs(cfg: DictConfig) -> Path:
    """Write tables and figures of the named runs.

    Returns:
        ``report.md``, which shows them all.
    """
    runs = OmegaConf.to_object(cfg.runs) if OmegaConf.is_list(cfg.runs) else [cfg.runs]
    records = read_records(runs)  # type: ignore[arg-type]  # a list of what the command line named
    from mpvss.report.document import write_report

    return write_report(cfg.output, records, cfg.rivals)
