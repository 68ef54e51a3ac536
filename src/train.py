"""Train MPVSS: ``python src/train.py backbone=swin_l data=vspw interval=5``."""

import hydra
from omegaconf import DictConfig

from mpvss.commands.errors import check_plugins, report_errors
from mpvss.commands.train import train as run_train


@check_plugins
@hydra.main(version_base="1.3", config_path="../conf", config_name="train")
@report_errors
def main(cfg: DictConfig) -> float | None:
    """Train the composed configuration and return its best score, which a search goes by."""
    return run_train(cfg)


if __name__ == "__main__":
    main()
