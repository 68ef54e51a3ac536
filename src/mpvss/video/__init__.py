"""Video files and folders of pictures enter as frames; frames and label maps leave as such. The only door for PyAV."""

from mpvss.video.frame_folder import FrameFolder
from mpvss.video.label_writer import LabelWriter
from mpvss.video.open_frames import open_frames
from mpvss.video.reader import VideoReader
from mpvss.video.video_writer import VideoWriter

__all__ = [
    "FrameFolder",
    "LabelWriter",
    "VideoReader",
    "VideoWriter",
    "open_frames",
]
