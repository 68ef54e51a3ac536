"""The baseline that moves nothing: every non-key frame gets its key frame's masks (Table 3a, "Copy")."""

from torch import Tensor, nn

from mpvss.layers import pad_to_multiple

_STRIDE = 4


class CopyFlow(nn.Module):
    """Zero flow for all masks, without parameters."""

    per_segment = False
    """One flow map serves all masks."""
    reads_queries = False

    def forward(self, key_frame: Tensor, frame: Tensor, queries: Tensor) -> Tensor:
        """Return (B, 1, 2, h, w) zeros at 1/4 of the padded frame; the arguments only give the size."""
        height, width = pad_to_multiple(frame[:1, :1]).shape[-2:]
        return queries.new_zeros(frame.shape[0], 1, 2, height // _STRIDE, width // _STRIDE)
