"""Segment a video with a trained model."""

from hydra.utils import instantiate
from omegaconf import DictConfig

from mpvss.building.trained import find_trained
from mpvss.commands.devices import choose_device
from mpvss.inference import PredictReport, VideoSegmenter, predict_video


def predict(cfg: DictConfig) -> PredictReport:
    """Segment a video with a trained model.

    Returns:
        Frames read and written, and what of the source was lost.
    """
    trained = find_trained()
    propagator = trained.build().to(choose_device(cfg.device))
    segmenter = VideoSegmenter(propagator, instantiate(trained.config.keyframes))
    return predict_video(segmenter, cfg.video, cfg.output, trained.known_classes)
