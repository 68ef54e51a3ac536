"""Draw what a model does: ``python src/visualize.py ckpt_path=FILE video=in.mp4 output=FOLDER frames=[0,4]``."""

import sys

import hydra
from omegaconf import DictConfig

from mpvss import launch


@hydra.main(version_base="1.3", config_path="../conf", config_name="visualize")
@launch.report_errors
def main(cfg: DictConfig) -> None:
    """Draw, and say where the pictures are."""
    for path in launch.visualize(cfg):
        sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main()
