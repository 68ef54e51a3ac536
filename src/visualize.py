"""Draw what a model does: ``python src/visualize.py ckpt_path=FILE video=in.mp4 output=FOLDER frames=[0,4]``."""

import sys

import hydra
from omegaconf import DictConfig

from mpvss.commands.errors import report_errors
from mpvss.commands.visualize import visualize as run_visualize


@hydra.main(version_base="1.3", config_path="../conf", config_name="visualize")
@report_errors
def main(cfg: DictConfig) -> None:
    """Draw, and say where the pictures are."""
    for path in run_visualize(cfg):
        sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main()
