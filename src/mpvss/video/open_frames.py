"""A video file or a folder of pictures, whichever it is."""

from fractions import Fraction
from pathlib import Path

from mpvss.video.frame_folder import FrameFolder
from mpvss.video.reader import VideoReader


def open_frames(source: str | Path, folder_rate: Fraction = Fraction(15)) -> VideoReader | FrameFolder:
    """Open a video for reading frame by frame.

    Args:
        source: a video file, or a folder with the frames of one video as pictures.
        folder_rate: frames per second of a folder, which cannot say so itself; 15 is VSPW's.

    Returns:
        A context manager and iterator over (3, H, W) uint8 RGB frames.

    Raises:
        FileNotFoundError: if there is neither file nor folder, or the folder has no pictures.
        ValueError: if it is not a video, or none of its frames can be decoded.
    """
    return FrameFolder(source, folder_rate) if Path(source).is_dir() else VideoReader(source)
