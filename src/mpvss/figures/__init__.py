"""A model and frames enter, figures of what it does with them leave: pictures (3, H, W) uint8 RGB, or files.

`flow_figure`, `query_figure` and `frames_figure` are the paper's Figures 1, C and 4; `write_methods_video` shows a
whole video in several ways, `write_overlay_video` and `write_contact_sheet` labelled videos of one model, `pair_sheet`
what training sees.
"""

from mpvss.figures.flow_figure import flow_figure
from mpvss.figures.frames_figure import frames_figure
from mpvss.figures.pair_sheet import pair_sheet
from mpvss.figures.propagated_pair import PropagatedPair, propagate_pair
from mpvss.figures.query_figure import query_figure
from mpvss.figures.shown_clip import ShownClip, clip_of_source, clip_of_video, find_video
from mpvss.figures.videos import write_contact_sheet, write_methods_video, write_overlay_video

__all__ = [
    "PropagatedPair",
    "ShownClip",
    "clip_of_source",
    "clip_of_video",
    "find_video",
    "flow_figure",
    "frames_figure",
    "pair_sheet",
    "propagate_pair",
    "query_figure",
    "write_contact_sheet",
    "write_methods_video",
    "write_overlay_video",
]
