"""The demo: train, compare, write pictures."""

from pathlib import Path

from hydra.utils import instantiate
from omegaconf import DictConfig

from mpvss.building import build_datamodule
from mpvss.comparison import Method, MethodScore, compare
from mpvss.figures import write_contact_sheet, write_overlay_video
from mpvss.flow import CopyFlow
from mpvss.inference import VideoSegmenter
from mpvss.launch.train import train
from mpvss.propagation import MaskPropagation


def demonstrate(cfg: DictConfig) -> list[MethodScore]:
    """Train, then compare per-frame, copied and propagated masks of that one model, and write pictures.

    Returns:
        One score per method.
    """
    module = train(cfg).eval()
    datamodule = build_datamodule(cfg)
    segmentor = module.propagation.segmentor
    methods = [
        Method("per frame", module.propagation, 1),
        Method("copy", MaskPropagation(segmentor, CopyFlow()).eval(), cfg.interval),
        Method("query flow", module.propagation, cfg.interval),
    ]
    scores = [compare(method, datamodule.val_dataloader(), module.metrics) for method in methods]
    segmenter = VideoSegmenter(module.propagation, instantiate(cfg.keyframes))
    folder, source = Path(cfg.paths.output), datamodule.val_videos
    write_overlay_video(segmenter, source, list(range(len(source))), folder / "overlay.mp4")
    write_contact_sheet(segmenter, source, 0, 2 * cfg.interval, folder / "contact_sheet.png")
    return scores
