"""Score a checkpoint: ``python src/eval.py ckpt_path=FILE interval=5``."""

import hydra
from omegaconf import DictConfig

from mpvss import launch


@hydra.main(version_base="1.3", config_path="../conf", config_name="eval")
@launch.report_errors
def main(cfg: DictConfig) -> None:
    """Evaluate the composed configuration."""
    launch.evaluate(cfg)


if __name__ == "__main__":
    main()
