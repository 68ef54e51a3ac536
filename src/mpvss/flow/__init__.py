"""A key frame, a later frame and the key frame's queries enter; one flow map per query leaves, or one for all.

The paper's module is :func:`query_flow` (Sec. 3.3). Beside it stand its ablations (:func:`query_learned`,
:func:`query_random`, :func:`query_for_pf`), two networks for dense flow (:func:`optical_flow`, :func:`raft`), and
:class:`CopyFlow`, which moves nothing. All have the interface of :class:`mpvss.types.Flow`. :func:`flow_parts` shows
what a flow is made of.
"""

from mpvss.flow.ablations import QueryForPF, QueryLearned, QueryRandom, query_for_pf, query_learned, query_random
from mpvss.flow.copy_flow import CopyFlow
from mpvss.flow.flow_head import FlowHead, QueryHead
from mpvss.flow.flow_parts import FlowParts, ShowsParts, flow_parts
from mpvss.flow.flow_widths import FlowWidths
from mpvss.flow.motion_decoder import MotionDecoder
from mpvss.flow.motion_encoder import MotionEncoder
from mpvss.flow.optical_flow import OpticalFlow, optical_flow
from mpvss.flow.pixel_flow import PixelFlow
from mpvss.flow.query_flow import QueryFlow, query_flow
from mpvss.flow.raft import RaftFlow, raft

__all__ = [
    "CopyFlow",
    "FlowHead",
    "FlowParts",
    "FlowWidths",
    "MotionDecoder",
    "MotionEncoder",
    "OpticalFlow",
    "PixelFlow",
    "QueryFlow",
    "QueryForPF",
    "QueryHead",
    "QueryLearned",
    "QueryRandom",
    "RaftFlow",
    "ShowsParts",
    "flow_parts",
    "optical_flow",
    "query_flow",
    "query_for_pf",
    "query_learned",
    "query_random",
    "raft",
]
