"""Sharing one key frame among the non-key frames of a batch."""

from torch import Tensor

from mpvss.types import KeyState, Segments


def expand_state(state: KeyState, batch: int) -> KeyState:
    """Repeat a key frame's state along the batch without copying it.

    Args:
        state: of one key frame (B = 1).
        batch: number of non-key frames that share it.

    Returns:
        The state with B = `batch`; every tensor is a view of the one given.

    Raises:
        ValueError: if the state is not of exactly one key frame.
    """
    if state.frame.shape[0] != 1:
        raise ValueError(
            f"expand_state repeats the state of one key frame; got a batch of {state.frame.shape[0]}. "
            "Cut the batch into single key frames first."
        )

    def expand(tensor: Tensor) -> Tensor:
        return tensor.expand(batch, *tensor.shape[1:])

    return KeyState(
        segments=Segments(*map(expand, state.segments)),
        queries=expand(state.queries),
        frame=expand(state.frame),
        features=None if state.features is None else tuple(map(expand, state.features)),
        auxiliary=tuple(Segments(*map(expand, segments)) for segments in state.auxiliary),
    )
