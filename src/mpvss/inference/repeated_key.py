"""A following key frame where there is none: for measuring, where only shapes matter."""

import torch

from mpvss.inference.expand_state import expand_state
from mpvss.types import KeyState, NextKey, Propagator


def repeated_key(propagator: Propagator, state: KeyState, batch: int = 1) -> NextKey | None:
    """Let a key frame be its own successor, for `batch` frames halfway between the two.

    Args:
        propagator: whose costs are measured.
        state: of one key frame.
        batch: number of non-key frames.

    Returns:
        What `propagator` is to be given as the next key frame: None if it does not look ahead.
    """
    if not propagator.needs_next_key:
        return None
    return NextKey(expand_state(state, batch), torch.full((batch,), 0.5, device=state.frame.device))
