"""Train MPVSS: ``python src/train.py backbone=swin_l data=vspw interval=5``."""

import hydra
from omegaconf import DictConfig

from mpvss import launch


@hydra.main(version_base="1.3", config_path="../conf", config_name="train")
@launch.report_errors
def main(cfg: DictConfig) -> None:
    """Train the composed configuration."""
    launch.train(cfg)


if __name__ == "__main__":
    main()
