"""Efficient video segmentation by mask propagation (MPVSS, NeurIPS 2023).

The rooms of the house, in the order in which data flows:

    the method
        backbone      frame -> feature pyramid                                            (timm)
        segmentor     pyramid -> queries, class logits, mask logits of a key frame        (Sec. 3.2)
        flow          (key frame, non-key frame, queries) -> one flow map per query       (Sec. 3.3)
        propagation   flow + key-frame masks -> warped masks -> semantic map              (Sec. 3.1)
        criterion     warped masks + targets -> loss
        layers        what segmentor and flow share

    what goes in and comes out
        video         video files and folders <-> frames and label maps                   (PyAV)
        data          labelled videos -> key/non-key frame pairs, and chunks to evaluate on
        weights       other projects' checkpoints -> ours, safely
        metrics       semantic maps + labels -> mIoU, WIoU, mVC; cost counting
        drawing       frames, labels, flow -> pictures

    what one does with it
        building      a configuration or a checkpoint -> the parts of a run               (Hydra)
        inference     a video in, labels out, as a stream
        training      recipes, callbacks, checkpoints to go on from                       (Lightning)
        evaluation    several methods and intervals, scored in one pass
        comparison    methods trained alike -> one table
        report        records of evaluations -> tables and figures, beside the paper's
        benchmark     a configuration -> costs, speed, the time of a training step
        figures       a model and frames -> the paper's figures

    around it
        output        whole files, tables, progress bars: what any run writes
        commands      one file a command, and what all of them share

`types` holds what they hand to each other and the legend of tensor letters, `model` is the front door from Python:

    model = mpvss.load("best.ckpt")
    for labels in model.segment("in.mp4", interval=5): ...
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mpvss.model import Model, load, segment

__version__ = "0.1.0"
__all__ = ["Model", "__version__", "load", "segment"]


def __getattr__(name: str) -> Any:  # a class or a function of mpvss.model
    """Import the front door when it is first used: `import mpvss` alone takes no time."""
    if name in ("Model", "load", "segment"):
        return getattr(import_module("mpvss.model"), name)
    raise AttributeError(f"module 'mpvss' has no attribute {name!r}")
