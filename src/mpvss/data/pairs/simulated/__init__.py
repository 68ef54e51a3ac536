"""Simulated motion: pairs of frames with exact flow from single labelled images.

Enters: an image, its labels, a virtual gap in frames. Leaves: a :class:`~mpvss.types.FramePair`.

``camera_motion`` and ``region_motion`` draw smooth maps (``homography``); ``regions`` finds what may move by itself,
``background`` makes up what is behind it; :class:`SimulatedMotion` paints both frames, and
:class:`PhotometricChange` exposes them.
"""

from mpvss.data.pairs.simulated.photometric_change import PhotometricChange
from mpvss.data.pairs.simulated.simulated_motion import SimulatedMotion

__all__ = [
    "PhotometricChange",
    "SimulatedMotion",
]
