"""VIDEO -> KEY / NON-KEY: labelled videos become training pairs, and chunks to evaluate on.

Enters: a :class:`VideoSource`, that is :class:`SyntheticVideos` (made up as they are read), :class:`ClipFolder` (VSPW's
layout on disk), :class:`VideoFiles` (decoded as they are read) or :class:`Cityscapes`, which is
:class:`SparselyLabelled`; to train flow, :class:`FlyingChairs`; to score it, :class:`Middlebury`. How to add one is
written in ``sources/source.py``.

Leaves: batches of :class:`~mpvss.types.FramePair` to train on, from :class:`EndlessPairs`, which draws them from videos
(:class:`VideoPairs`), from single frames by simulated motion (:class:`StillPairs`) or from stored pairs
(:class:`StoredPairs`), with exact flow where it is asked for and known; and what is scored: :class:`VideoChunks` of
whole videos, or, where few frames are labelled, :class:`LabelledPairs`, or :class:`FlowPairs`.
What is wrong with files leaves through an :class:`Inspector` as :class:`Problem` for check_data.py.

``mpvss.data.datamodule.PairDataModule`` holds both ends of a run. It is not imported here, because it alone needs
Lightning.
"""

from mpvss.data.health.inspector import Inspector, open_inspector
from mpvss.data.health.problems import BAD_CLIPS, Kind, Problem, write_bad_clips
from mpvss.data.loading.chunks import CHUNK_LENGTH, VideoChunks, WholeVideoSampler
from mpvss.data.loading.loaders import ResumableLoader, collate_pairs
from mpvss.data.loading.parallel import parallel_map
from mpvss.data.loading.samplers import EpochSampler
from mpvss.data.loading.scored import ScoredData
from mpvss.data.pairs.drawing import draw_key, draw_pair
from mpvss.data.pairs.endless import EndlessPairs, PairDraw
from mpvss.data.pairs.labelled_pairs import LabelledPairs
from mpvss.data.pairs.simulated.photometric_change import PhotometricChange
from mpvss.data.pairs.simulated.simulated_motion import SimulatedMotion
from mpvss.data.pairs.still_pairs import StillPairs
from mpvss.data.pairs.stored_pairs import FlowPairs, StoredPairs
from mpvss.data.pairs.video_pairs import VideoPairs
from mpvss.data.sources.cityscapes import CITYSCAPES_CLASSES, Cityscapes
from mpvss.data.sources.clip_folder import ClipFolder
from mpvss.data.sources.flow_pairs import FlyingChairs, Middlebury, read_flo
from mpvss.data.sources.labelled_frame import LabelledFrame
from mpvss.data.sources.source import (
    Inspectable,
    KnowsFlow,
    SparselyLabelled,
    StoresLabels,
    VideoSource,
    labelled_frames,
    scored_frames,
)
from mpvss.data.sources.synthetic.videos import SyntheticVideos
from mpvss.data.sources.video_files import VideoFiles, open_videos
from mpvss.data.sources.vspw import VSPW_CLASSES
from mpvss.data.transforms.pair_transform import PairTransform

__all__ = [
    "BAD_CLIPS",
    "CHUNK_LENGTH",
    "CITYSCAPES_CLASSES",
    "VSPW_CLASSES",
    "Cityscapes",
    "ClipFolder",
    "EndlessPairs",
    "EpochSampler",
    "FlowPairs",
    "FlyingChairs",
    "Inspectable",
    "Inspector",
    "Kind",
    "KnowsFlow",
    "LabelledFrame",
    "LabelledPairs",
    "Middlebury",
    "PairDraw",
    "PairTransform",
    "PhotometricChange",
    "Problem",
    "ResumableLoader",
    "ScoredData",
    "SimulatedMotion",
    "SparselyLabelled",
    "StillPairs",
    "StoredPairs",
    "StoresLabels",
    "SyntheticVideos",
    "VideoChunks",
    "VideoFiles",
    "VideoPairs",
    "VideoSource",
    "WholeVideoSampler",
    "collate_pairs",
    "draw_key",
    "draw_pair",
    "labelled_frames",
    "open_inspector",
    "open_videos",
    "parallel_map",
    "read_flo",
    "scored_frames",
    "write_bad_clips",
]
