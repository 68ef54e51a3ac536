"""VIDEO -> KEY / NON-KEY: labelled videos become training pairs and evaluation clips.

Enters: a :class:`~mpvss.types.VideoSource`, that is :class:`SyntheticVideos` (made up as they are read),
:class:`ClipFolder` (VSPW's layout on disk), :class:`VideoFiles` (decoded as they are read) or :class:`Cityscapes`, a
:class:`~mpvss.types.SparseVideoSource`; to train flow, :class:`FlyingChairs`; to score it, :class:`Middlebury`. Leaves:
batches of :class:`~mpvss.types.FramePair` to train on, drawn by ``sampling``, ``pairs`` and ``transforms``, or made of
single frames by ``simulated`` and ``still_pairs``, with exact flow where it is asked for and known;
:class:`~mpvss.types.Chunk` in order to evaluate on, or, where few frames are labelled, the pairs of
:class:`LabelledPairs`; and :class:`~mpvss.types.MaskTarget` for the criterion.
What is wrong with files leaves through an :class:`Inspector` as :class:`Problem` for check_data.py.
``VideoDataModule`` holds both ends of a run, ``FlowDataModule`` those of one that trains flow alone.
"""

from mpvss.data.datamodule import FlowDataModule, VideoDataModule
from mpvss.data.health.inspector import Inspector, open_inspector
from mpvss.data.health.problems import BAD_CLIPS, Kind, Problem, write_bad_clips
from mpvss.data.loading.chunks import VideoChunks
from mpvss.data.loading.loaders import ResumableLoader, collate_pairs
from mpvss.data.loading.parallel import parallel_map
from mpvss.data.loading.samplers import EpochSampler, WholeVideoSampler
from mpvss.data.pairs.drawing import draw_key, draw_pair
from mpvss.data.pairs.labelled_pairs import LabelledPairs
from mpvss.data.pairs.simulated.photometric_change import PhotometricChange
from mpvss.data.pairs.simulated.simulated_motion import SimulatedMotion
from mpvss.data.pairs.still_pairs import StillPairDataset
from mpvss.data.pairs.stored_pairs import ShuffledPairs
from mpvss.data.pairs.video_pairs import PairDataset
from mpvss.data.sources.cityscapes import CITYSCAPES_CLASSES, Cityscapes
from mpvss.data.sources.clip_folder import ClipFolder
from mpvss.data.sources.flow_pairs import FlyingChairs, Middlebury, read_flo
from mpvss.data.sources.labelled_frame import LabelledFrame
from mpvss.data.sources.synthetic.videos import SyntheticVideos
from mpvss.data.sources.video_files import VideoFiles, open_videos
from mpvss.data.sources.vspw import VSPW_CLASSES, VSPW_HINT
from mpvss.data.transforms.pair_transform import PairTransform

__all__ = [
    "BAD_CLIPS",
    "CITYSCAPES_CLASSES",
    "VSPW_CLASSES",
    "VSPW_HINT",
    "Cityscapes",
    "ClipFolder",
    "EpochSampler",
    "FlowDataModule",
    "FlyingChairs",
    "Inspector",
    "Kind",
    "LabelledFrame",
    "LabelledPairs",
    "Middlebury",
    "PairDataset",
    "PairTransform",
    "PhotometricChange",
    "Problem",
    "ResumableLoader",
    "ShuffledPairs",
    "SimulatedMotion",
    "StillPairDataset",
    "SyntheticVideos",
    "VideoChunks",
    "VideoDataModule",
    "VideoFiles",
    "WholeVideoSampler",
    "collate_pairs",
    "draw_key",
    "draw_pair",
    "open_inspector",
    "open_videos",
    "parallel_map",
    "read_flo",
    "write_bad_clips",
]
