"""VIDEO -> KEY / NON-KEY: labelled videos become training pairs and evaluation clips.

Enters: a :class:`~mpvss.types.VideoSource`, that is :class:`SyntheticVideos` (made up as they are read) or
:class:`ClipFolder` (VSPW's layout on disk). Leaves: batches of :class:`~mpvss.types.FramePair` to train on, drawn
by ``sampling``, ``pairs`` and ``transforms``; :class:`~mpvss.types.Clip` in order to evaluate on; and
:class:`~mpvss.types.MaskTarget` for the criterion. ``VideoDataModule`` holds both ends of a run.
"""

from mpvss.data.classes import default_colours
from mpvss.data.clip_folder import ClipFolder
from mpvss.data.clips import ClipDataset
from mpvss.data.datamodule import VideoDataModule
from mpvss.data.epoch_sampler import EpochSampler
from mpvss.data.pairs import PairDataset
from mpvss.data.sampling import draw_pair
from mpvss.data.synthetic import SyntheticVideos
from mpvss.data.targets import mask_targets
from mpvss.data.transforms import PairTransform
from mpvss.data.vspw import VSPW_CLASSES, VSPW_HINT

__all__ = [
    "VSPW_CLASSES",
    "VSPW_HINT",
    "ClipDataset",
    "ClipFolder",
    "EpochSampler",
    "PairDataset",
    "PairTransform",
    "SyntheticVideos",
    "VideoDataModule",
    "default_colours",
    "draw_pair",
    "mask_targets",
]
