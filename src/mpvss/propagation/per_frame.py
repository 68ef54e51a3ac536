"""The accurate and expensive end of every comparison: each frame is segmented on its own."""

from torch import Tensor, nn

from mpvss.types import KeyState, NextKey, Prediction, Segmentor


class PerFrame(nn.Module):
    """Segment every frame, whatever the key frames are.

    Args:
        segmentor: segments frames.
    """

    needs_next_key = False
    """Causal: no frame waits for the following key frame."""

    def __init__(self, segmentor: Segmentor) -> None:
        super().__init__()
        self.segmentor = segmentor

    def start(self, frame: Tensor) -> KeyState:
        """Segment key frames, (B, 3, H, W) uint8 RGB."""
        return self.segmentor(frame)

    def step(self, state: KeyState, frame: Tensor, next_key: NextKey | None = None) -> Prediction:
        """Segment other frames, (B, 3, H, W) uint8 RGB; the key frames' states are not used."""
        segmented = self.segmentor(frame)
        return Prediction(segmented.segments, auxiliary=segmented.auxiliary)
