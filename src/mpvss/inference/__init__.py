"""A video enters (file, folder or single frames), label maps and overlay videos leave.

`VideoSegmenter` streams frames through any propagator and key-frame schedule, `ChunkSegmenter` labelled clips, whose
labels it gives beside the predictions, and `segment_pairs` does the same for single pairs, `segment_between` for those
with a key frame behind them, too. Around them: `open_frames` reads (`VideoReader`, `FrameFolder`), `VideoWriter` and
`LabelWriter` write, and `predict_video` joins them.
"""

from mpvss.inference.chunk_segmenter import ChunkSegmenter, ScoredFrames
from mpvss.inference.pairs import segment_between, segment_pairs
from mpvss.inference.predict_video import PredictOutcome, predict_video
from mpvss.inference.video_segmenter import Segmented, VideoSegmenter

__all__ = [
    "ChunkSegmenter",
    "PredictOutcome",
    "ScoredFrames",
    "Segmented",
    "VideoSegmenter",
    "predict_video",
    "segment_between",
    "segment_pairs",
]
