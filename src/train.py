"""Train MPVSS: ``python src/train.py backbone=swin_l data=vspw interval=5``."""

import hydra
from omegaconf import DictConfig

from mpvss import launch


@launch.check_plugins
@hydra.main(version_base="1.3", config_path="../conf", config_name="train")
@launch.report_errors
def main(cfg: DictConfig) -> float | None:
    """Train the composed configuration and return its best score, which a search goes by."""
    return launch.train(cfg)


if __name__ == "__main__":
    main()
