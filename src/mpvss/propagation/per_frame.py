"""The accurate and expensive end of every comparison: each frame is segmented on its own."""

from torch import Tensor

from mpvss.propagation.propagator import PropagatorModule
from mpvss.types import KeyState, NextKey, Prediction, Segmentor


class PerFrame(PropagatorModule):
    """Segment every frame, whatever the key frames are.

    Args:
        segmentor: segments frames.
    """

    propagates = False
    """Every frame is segmented by itself."""

    def __init__(self, segmentor: Segmentor) -> None:
        super().__init__(segmentor)

    def step(self, state: KeyState, frame: Tensor, next_key: NextKey | None = None) -> Prediction:
        """Segment other frames, (B, 3, H, W) uint8 RGB; the key frames' states are not used."""
        segmented = self.segmentor(frame)
        return Prediction(segmented.segments, auxiliary=segmented.auxiliary)
