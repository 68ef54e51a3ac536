"""Segment a video with a trained model."""

import sys

from hydra.utils import instantiate
from omegaconf import DictConfig

from mpvss.building.trained import find_trained
from mpvss.commands.devices import choose_device
from mpvss.inference import PredictOutcome, VideoSegmenter, predict_video


def main(cfg: DictConfig) -> None:
    """Predict, and exit with status 1 if a part of the video could not be read."""
    report = predict(cfg)
    sys.stdout.write(f"{cfg.output}: {report.frames_written} frames\n")
    if report.problem:
        sys.stderr.write(f"error: {cfg.video}: {report.problem}\n")
        sys.exit(1)


def predict(cfg: DictConfig) -> PredictOutcome:
    """Segment a video with a trained model.

    Returns:
        Frames read and written, and what of the source was lost.
    """
    trained = find_trained()
    propagator = trained.build().to(choose_device(cfg.device))
    segmenter = VideoSegmenter(propagator, instantiate(trained.config.keyframes))
    return predict_video(segmenter, cfg.video, cfg.output, trained.known_classes)
