"""A video enters (file, folder or single frames), label maps and overlay videos leave.

`VideoSegmenter` streams frames through any propagator and key-frame schedule, `ClipSegmenter` labelled clips, whose
labels it gives beside the predictions, and `segment_pairs` does the same for single pairs, `segment_between` for those
with a key frame behind them, too. Around them: `open_frames` reads (`VideoReader`, `FrameFolder`), `VideoWriter` and
`LabelWriter` write, and `predict_video` joins them.
"""

from mpvss.inference.clip_segmenter import ClipSegmenter, ScoredFrames
from mpvss.inference.expand_state import expand_state
from mpvss.inference.frame_folder import FrameFolder
from mpvss.inference.label_writer import LabelWriter
from mpvss.inference.open_frames import open_frames
from mpvss.inference.predict_video import PredictReport, predict_video
from mpvss.inference.repeated_key import repeated_key
from mpvss.inference.segment_flow import segment_flow
from mpvss.inference.segment_pairs import segment_between, segment_pairs
from mpvss.inference.video_reader import VideoReader
from mpvss.inference.video_segmenter import Segmented, VideoSegmenter
from mpvss.inference.video_writer import VideoWriter

__all__ = [
    "ClipSegmenter",
    "FrameFolder",
    "LabelWriter",
    "PredictReport",
    "ScoredFrames",
    "Segmented",
    "VideoReader",
    "VideoSegmenter",
    "VideoWriter",
    "expand_state",
    "open_frames",
    "predict_video",
    "repeated_key",
    "segment_between",
    "segment_flow",
    "segment_pairs",
]
