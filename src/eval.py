"""Score checkpoints or label maps: ``python src/eval.py ckpt_path=FILE interval=5``."""

import hydra
from mpvss.building.parts import scores_flow
from omegaconf import DictConfig
from rich.console import Console

from mpvss.commands.errors import check_plugins, report_errors
from mpvss.commands.eval import evaluate
from mpvss.commands.eval_flow import evaluate_flow
from mpvss.evaluation import score_table
from mpvss.output.table import render


@check_plugins
@hydra.main(version_base="1.3", config_path="../conf", config_name="eval")
@report_errors
def main(cfg: DictConfig) -> None:
    """Evaluate the composed configuration and print its scores."""
    console = Console(width=max(120, Console().width))  # a narrow terminal breaks lines, which beats cut numbers
    if scores_flow(cfg):
        console.print(render(evaluate_flow(cfg)))
        return
    record = evaluate(cfg)
    if record is not None:
        console.print(render(score_table(record)))
        console.print(f"Record: {cfg.paths.output}/results.json; table: {cfg.table}", soft_wrap=True)


if __name__ == "__main__":
    main()
