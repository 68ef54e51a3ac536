"""What every propagator asks of a pair of frames."""

from torch import Tensor

from mpvss.types import KeyState


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
