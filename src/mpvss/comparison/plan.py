"""Which runs make a comparison."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from mpvss.comparison.definition import Comparison

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


def plan(comparison: Comparison, output: Path) -> list[Job]:
    """List the runs of a comparison, each after those that it needs.

    Args:
        comparison: what to run.
        output: folder of all runs: ``[<backbone>/]seed<s>/segmentor``, ``.../<method>`` and ``.../<method>-eval``.

    Raises:
        ValueError: if a method is evaluated with the checkpoint of one that has none, or a segmentor is given for a
            backbone that is not of the comparison.
    """
    if unused := comparison.weights.keys() - set(comparison.backbones):
        raise ValueError(
            f"weights must be those of {', '.join(comparison.backbones) or 'no backbone'}; "
            f"got {', '.join(sorted(unused))}. "
            "Name the backbones of the comparison, comparison.backbones."
        )
    return [job for variant in comparison.variants for job in _jobs_of(comparison, output, *variant)]


def _jobs_of(comparison: Comparison, output: Path, backbone: str, seed: int) -> Iterator[Job]:
    root = comparison.folder(output, backbone, seed)
    chosen = (f"backbone={backbone}",) if backbone else ()
    common = (*comparison.shared, *chosen, f"seed={seed}", f"interval={comparison.interval}")
    segmentor, trained = comparison.weights.get(backbone), []
    if segmentor is None:
        segmentor, trained = str(root / "segmentor" / CHECKPOINT), [root / "segmentor"]
        yield Job("train", (*common, *comparison.segmentor), root / "segmentor")
    for name, method in comparison.methods.items():
        if method.train is not None:
            overrides = (*common, *comparison.recipe, f"weights.segmentor={segmentor}", *method.train)
            yield Job("train", overrides, root / name, tuple(trained))
    for name, method in comparison.methods.items():
        source = comparison.source(name)
        overrides = (
            *comparison.evaluation,
            *chosen,
            f"ckpt_path={segmentor if source is None else root / source / CHECKPOINT}",
            f"interval={comparison.interval}",
            *([f"intervals=[{','.join(map(str, comparison.intervals))}]"] if comparison.intervals else []),
            f"seed={seed}",
            f"table={output / 'results.csv'}",
            *method.eval,
        )
        needs = trained if source is None else [root / source]
        yield Job("eval", overrides, root / comparison.evaluation_name(name), tuple(needs))
