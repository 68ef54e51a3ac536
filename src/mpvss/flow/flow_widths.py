"""The widths that every flow of ours is built from, and the two parts that every query-based flow begins with."""

from typing import NamedTuple

from mpvss.flow.motion_decoder import MotionDecoder
from mpvss.flow.motion_encoder import MotionEncoder


class FlowWidths(NamedTuple):
    """Widths of a flow module, whichever it is; the defaults are the paper's.

    Attributes:
        num_heads: attention heads of the motion decoder.
        hidden_dim: of the motion decoder's feed-forward networks.
        encoder_channels: conv1 to conv6 of the motion encoder, FlowNetS's.
        step_channels: of the deconvolutions of the pixel-wise flow.
        flownet_step_channels: the same in FlowNetS's own decoder, which optical flow has.
        input_scale: factor by which the frame pair is resized first; 0.5 is what the paper's costs follow from.
    """

    num_heads: int = 8
    hidden_dim: int = 2048
    encoder_channels: tuple[int, ...] = (64, 128, 256, 512, 512, 1024)
    step_channels: tuple[int, ...] = (128, 128, 128, 64)
    flownet_step_channels: tuple[int, ...] = (512, 256, 128, 64)
    input_scale: float = 0.5


PAPER = FlowWidths()


def motion_parts(
    num_queries: int, dim: int, widths: FlowWidths, num_stages: int, num_levels: int
) -> tuple[MotionEncoder, MotionDecoder]:
    """Assemble a motion encoder, and the motion decoder that visits its coarsest maps.

    Args:
        num_queries: N of the segmentor.
        dim: channels C of the segmentor's queries.
        widths: of both.
        num_stages: S of Table D.
        num_levels: L, how many of the five maps the motion decoder visits.

    Raises:
        ValueError: if there are no stages, or not that many maps.
    """
    encoder = MotionEncoder(tuple(widths.encoder_channels), widths.input_scale)
    num_maps = len(encoder.out_channels)
    if num_stages < 1 or not 1 <= num_levels <= num_maps:
        raise ValueError(
            f"a motion decoder needs num_stages of at least 1 and num_levels of 1 to {num_maps}, the maps of the "
            f"motion encoder; got num_stages={num_stages}, num_levels={num_levels}. The paper uses 3 and 3."
        )
    channels = encoder.out_channels[::-1][:num_levels]
    return encoder, MotionDecoder(channels, num_queries, dim, num_stages, widths.num_heads, widths.hidden_dim)
