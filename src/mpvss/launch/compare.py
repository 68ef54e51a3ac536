"""Train methods alike and compare them."""

from pathlib import Path

from omegaconf import DictConfig

from mpvss.atomic import replacing
from mpvss.building import plain
from mpvss.study import Method, Study, plan, run, table_of
from mpvss.table import Table, csv_text, markdown_text


def compare(cfg: DictConfig, scripts: Path) -> Table:
    """Run what a study lacks, and write its table beside the runs.

    Args:
        cfg: composed configuration.
        scripts: folder of ``train.py`` and ``eval.py``.

    Returns:
        Scores by method.

    Raises:
        ValueError: if the study is not well defined, or one of its runs fails.
    """
    content = plain(cfg.comparison, resolve=True)
    methods = {name: Method(**entry) for name, entry in content.pop("methods").items()}
    study = Study(**content, methods=methods, seeds=list(cfg.seeds), interval=cfg.interval)
    output = Path(cfg.output).absolute()
    run(plan(study, output), scripts, cfg.jobs)
    table = table_of(study, output)
    for suffix, text in ((".csv", csv_text(table)), (".md", markdown_text(table))):
        with replacing(output / f"{table.name}{suffix}") as partial:
            partial.write_text(text, encoding="utf-8", newline="")
    return table
