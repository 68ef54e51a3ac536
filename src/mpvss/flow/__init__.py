"""A key frame, a later frame and the key frame's queries enter; one flow map per query leaves (Sec. 3.3)."""

from mpvss.flow.copy_flow import CopyFlow
from mpvss.flow.flow_head import FlowHead
from mpvss.flow.motion_decoder import MotionDecoder
from mpvss.flow.motion_encoder import MotionEncoder
from mpvss.flow.pixel_flow import PixelFlow
from mpvss.flow.query_flow import QueryFlow, query_flow

__all__ = ["CopyFlow", "FlowHead", "MotionDecoder", "MotionEncoder", "PixelFlow", "QueryFlow", "query_flow"]
