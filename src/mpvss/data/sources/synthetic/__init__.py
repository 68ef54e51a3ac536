"""Procedural video with exact labels and exact flow.

Enters: a seed, a frame size, a number of classes. Leaves: :class:`SyntheticVideos`, videos of deforming textured
objects over a panning, zooming ground, rendered frame by frame when they are read.

Every surface has its own coordinates, in which its texture and its outline are fixed; motion is a smooth, exactly
invertible map between the surface and the frame. That makes labels, flow and visibility exact:
``Oscillation`` (motion) and ``Texture`` make up ``Ground`` and ``Blob`` (surfaces), which a ``Camera`` looks at.
"""

from mpvss.data.sources.synthetic.videos import SyntheticVideos

__all__ = [
    "SyntheticVideos",
]
