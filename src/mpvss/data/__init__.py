"""VIDEO -> KEY / NON-KEY: labelled videos become training pairs and evaluation clips.

Enters: a :class:`~mpvss.types.VideoSource`, that is :class:`SyntheticVideos` (made up as they are read),
:class:`ClipFolder` (VSPW's layout on disk), :class:`VideoFiles` (decoded as they are read) or :class:`Cityscapes`, a
:class:`~mpvss.types.SparseVideoSource`; to train flow, :class:`FlyingChairs`; to score it, :class:`Middlebury`. Leaves:
batches of :class:`~mpvss.types.FramePair` to train on, drawn by ``sampling``, ``pairs`` and ``transforms``, or made of
single frames by ``simulated`` and ``still_pairs``, with exact flow where it is asked for and known;
:class:`~mpvss.types.Clip` in order to evaluate on, or, where few frames are labelled, the pairs of
:class:`OffsetPairs`; and :class:`~mpvss.types.MaskTarget` for the criterion.
What is wrong with files leaves through an :class:`Inspector` as :class:`Problem` for check_data.py.
``VideoDataModule`` holds both ends of a run, ``FlowDataModule`` those of one that trains flow alone.
"""

from mpvss.data.bad_clips import BAD_CLIPS, write_bad_clips
from mpvss.data.cityscapes import CITYSCAPES_CLASSES, Cityscapes
from mpvss.data.classes import default_colours
from mpvss.data.clip_folder import ClipFolder
from mpvss.data.clip_sampler import ClipSampler
from mpvss.data.clips import ClipDataset
from mpvss.data.collate import collate_pairs
from mpvss.data.datamodule import FlowDataModule, VideoDataModule
from mpvss.data.epoch_sampler import EpochSampler
from mpvss.data.flo import read_flo
from mpvss.data.flying_chairs import FlyingChairs
from mpvss.data.inspector import Inspector, open_inspector
from mpvss.data.labelled_frame import LabelledFrame
from mpvss.data.middlebury import Middlebury
from mpvss.data.offset_pairs import OffsetPairs
from mpvss.data.pairs import PairDataset
from mpvss.data.parallel import parallel_map
from mpvss.data.problem import Kind, Problem
from mpvss.data.resumable_loader import ResumableLoader
from mpvss.data.sampling import draw_key, draw_pair
from mpvss.data.shuffled_pairs import ShuffledPairs
from mpvss.data.simulated import PhotometricChange, SimulatedMotion
from mpvss.data.still_pairs import StillPairDataset
from mpvss.data.synthetic import SyntheticVideos
from mpvss.data.targets import mask_targets
from mpvss.data.transforms import PairTransform
from mpvss.data.video_files import VideoFiles, open_videos
from mpvss.data.vspw import VSPW_CLASSES, VSPW_HINT

__all__ = [
    "BAD_CLIPS",
    "CITYSCAPES_CLASSES",
    "VSPW_CLASSES",
    "VSPW_HINT",
    "Cityscapes",
    "ClipDataset",
    "ClipFolder",
    "ClipSampler",
    "EpochSampler",
    "FlowDataModule",
    "FlyingChairs",
    "Inspector",
    "Kind",
    "LabelledFrame",
    "Middlebury",
    "OffsetPairs",
    "PairDataset",
    "PairTransform",
    "PhotometricChange",
    "Problem",
    "ResumableLoader",
    "ShuffledPairs",
    "SimulatedMotion",
    "StillPairDataset",
    "SyntheticVideos",
    "VideoDataModule",
    "VideoFiles",
    "collate_pairs",
    "default_colours",
    "draw_key",
    "draw_pair",
    "mask_targets",
    "open_inspector",
    "open_videos",
    "parallel_map",
    "read_flo",
    "write_bad_clips",
]
