"""Which runs make a study."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from mpvss.comparison.definition import Study

CHECKPOINT = Path("checkpoints", "last.ckpt")
"""Of a training, below its folder."""


class Job(NamedTuple):
    """One run of a command.

    Attributes:
        command: ``train`` or ``eval``.
        overrides: its arguments.
        folder: of the run; exists when, and only when, the run is complete.
        needs: folders of runs that must be complete before.
    """

    command: str
    overrides: tuple[str, ...]
    folder: Path
    needs: tuple[Path, ...] = ()


def plan(study: Study, output: Path) -> list[Job]:
    """List the runs of a study, each after those that it needs.

    Args:
        study: what to run.
        output: folder of all runs: ``[<backbone>/]seed<s>/segmentor``, ``.../<method>`` and ``.../<method>-eval``.

    Raises:
        ValueError: if a method is evaluated with the checkpoint of one that has none, or a segmentor is given for a
            backbone that is not of the study.
    """
    if unused := study.weights.keys() - set(study.backbones):
        raise ValueError(
            f"weights must be those of {', '.join(study.backbones) or 'no backbone'}; got {', '.join(sorted(unused))}. "
            "Name the backbones of the comparison, comparison.backbones."
        )
    return [job for variant in study.variants for job in _jobs_of(study, output, *variant)]


def _jobs_of(study: Study, output: Path, backbone: str, seed: int) -> Iterator[Job]:
    root = study.folder(output, backbone, seed)
    chosen = (f"backbone={backbone}",) if backbone else ()
    common = (*study.shared, *chosen, f"seed={seed}", f"interval={study.interval}")
    segmentor, trained = study.weights.get(backbone), []
    if segmentor is None:
        segmentor, trained = str(root / "segmentor" / CHECKPOINT), [root / "segmentor"]
        yield Job("train", (*common, *study.segmentor), root / "segmentor")
    for name, method in study.methods.items():
        if method.train is not None:
            overrides = (*common, *study.recipe, f"weights.segmentor={segmentor}", *method.train)
            yield Job("train", overrides, root / name, tuple(trained))
    for name, method in study.methods.items():
        source = study.source(name)
        overrides = (
            *study.evaluation,
            *chosen,
            f"ckpt_path={segmentor if source is None else root / source / CHECKPOINT}",
            f"interval={study.interval}",
            *([f"intervals=[{','.join(map(str, study.intervals))}]"] if study.intervals else []),
            f"seed={seed}",
            f"table={output / 'results.csv'}",
            *method.eval,
        )
        needs = trained if source is None else [root / source]
        yield Job("eval", overrides, root / study.evaluation_name(name), tuple(needs))
