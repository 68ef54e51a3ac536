"""A video enters (file, folder or single frames), label maps, overlay pictures and videos leave.

`VideoSegmenter` streams frames through any propagator and key-frame schedule, `ClipSegmenter` labelled clips, whose
labels it gives beside the predictions. Around them: `open_frames` reads (`VideoReader`, `FrameFolder`), `VideoWriter`
and `LabelWriter` write, `overlay`, `legend`, `key_tag`, `flow_to_rgb` and `contact_sheet` draw, and `predict_video`
joins them.
"""

from mpvss.inference.clip_segmenter import ClipSegmenter, ScoredFrames
from mpvss.inference.contact_sheet import contact_sheet
from mpvss.inference.expand_state import expand_state
from mpvss.inference.flow_colours import flow_to_rgb
from mpvss.inference.frame_folder import FrameFolder
from mpvss.inference.label_writer import LabelWriter
from mpvss.inference.legend import key_tag, legend
from mpvss.inference.open_frames import open_frames
from mpvss.inference.overlay import overlay
from mpvss.inference.predict_video import PredictReport, predict_video
from mpvss.inference.repeated_key import repeated_key
from mpvss.inference.segment_flow import segment_flow
from mpvss.inference.segment_pairs import segment_pairs
from mpvss.inference.showcase import write_contact_sheet, write_overlay_video
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
    "contact_sheet",
    "expand_state",
    "flow_to_rgb",
    "key_tag",
    "legend",
    "open_frames",
    "overlay",
    "predict_video",
    "repeated_key",
    "segment_flow",
    "segment_pairs",
    "write_contact_sheet",
    "write_overlay_video",
]
