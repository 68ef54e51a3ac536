"""Segment a video with a trained model."""

from hydra.utils import instantiate
from omegaconf import DictConfig

from mpvss.building.parts import build_model, find_trained
from mpvss.classes import numbered_classes
from mpvss.commands.devices import choose_device
from mpvss.inference import PredictReport, VideoSegmenter, predict_video


def predict(cfg: DictConfig) -> PredictReport:
    """Segment a video with a trained model.

    Returns:
        Frames read and written, and what of the source was lost.
    """
    cfg, checkpoint, classes = find_trained(cfg)
    keyframes = instantiate(cfg.keyframes)
    propagation = build_model(cfg, "propagation", None if cfg.segmentor.weights else checkpoint)
    segmenter = VideoSegmenter(propagation.to(choose_device(cfg.device)).eval(), keyframes)
    return predict_video(segmenter, cfg.video, cfg.output, classes or numbered_classes(cfg.data.num_classes))
