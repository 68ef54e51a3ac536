"""What all propagators are: a segmentor for key frames, and a step that carries its result to other frames."""

from abc import ABC, abstractmethod

from torch import Tensor, nn

from mpvss.types import Flow, KeyState, NextKey, Prediction, Segmentor


class PropagatorModule(nn.Module, ABC):
    """A :class:`~mpvss.types.Propagator` with weights; each method of this package is one and writes its own `step`.

    Args:
        segmentor: segments key frames.
        flow: estimates how they moved; None for a method that does not ask.

    Attributes:
        segmentor: as given.
        flow: as given.
    """

    needs_next_key = False
    """Causal: no frame waits for the following key frame."""
    propagates = True
    """Other frames depend on their key frame; if not, every frame is segmented by itself."""
    carries_masks = False
    """Each query's mask of the key frame is carried to the other frames, where it is the same query's."""

    def __init__(self, segmentor: Segmentor, flow: Flow | None = None) -> None:
        super().__init__()
        self.segmentor = segmentor
        self.flow = flow

    def start(self, frame: Tensor) -> KeyState:
        """Segment key frames, (B, 3, H, W) uint8 RGB."""
        return self.segmentor(frame)

    @abstractmethod
    def step(self, state: KeyState, frame: Tensor, next_key: NextKey | None = None) -> Prediction:
        """Segment other frames.

        Args:
            state: the preceding key frame's.
            frame: (B, 3, H, W) uint8 RGB, of the key frame's size.
            next_key: the following key frame; None where there is none, or it is not looked at.
        """


def check_frame_size(state: KeyState, frame: Tensor) -> None:
    """Refuse a non-key frame (B, 3, H, W) that has another shape than its key frame.

    Raises:
        ValueError: if the shapes differ.
    """
    if frame.shape != state.frame.shape:
        raise ValueError(
            f"a non-key frame must have the key frame's shape {tuple(state.frame.shape)}; "
            f"got {tuple(frame.shape)}. Start again with a key frame where a video changes its size."
        )
