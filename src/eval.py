"""Score checkpoints or label maps: ``python src/eval.py ckpt_path=FILE interval=5``."""

import hydra
from omegaconf import DictConfig
from rich.console import Console

from mpvss import launch
from mpvss.evaluation import score_table
from mpvss.table import render


@launch.check_plugins
@hydra.main(version_base="1.3", config_path="../conf", config_name="eval")
@launch.report_errors
def main(cfg: DictConfig) -> None:
    """Evaluate the composed configuration and print its scores."""
    console = Console(width=max(120, Console().width))  # a narrow terminal breaks lines, which beats cut numbers
    if cfg.data.datamodule._target_ == launch.FLOW_DATA:
        console.print(render(launch.evaluate_flow(cfg)))
        return
    record = launch.evaluate(cfg)
    if record is not None:
        console.print(render(score_table(record)))
        console.print(f"Record: {cfg.paths.output}/results.json; table: {cfg.table}", soft_wrap=True)


if __name__ == "__main__":
    main()
