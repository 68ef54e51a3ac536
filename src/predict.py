"""Segment a video: ``python src/predict.py ckpt_path=FILE video=in.mp4 output=out.mp4 interval=5``."""

import sys

import hydra
from omegaconf import DictConfig

from mpvss.commands.errors import report_errors
from mpvss.commands.predict import predict as run_predict


@hydra.main(version_base="1.3", config_path="../conf", config_name="predict")
@report_errors
def main(cfg: DictConfig) -> None:
    """Predict, and exit with status 1 if a part of the video could not be read."""
    report = run_predict(cfg)
    sys.stdout.write(f"{cfg.output}: {report.frames_written} frames\n")
    if report.problem:
        sys.stderr.write(f"error: {cfg.video}: {report.problem}\n")
        sys.exit(1)


if __name__ == "__main__":
    main()
