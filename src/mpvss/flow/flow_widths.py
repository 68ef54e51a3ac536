"""The two parts that every query-based flow begins with."""

from mpvss.flow.motion_decoder import MotionDecoder
from mpvss.flow.motion_encoder import MotionEncoder


def motion_parts(
    num_queries: int,
    dim: int,
    num_heads: int,
    num_stages: int,
    num_levels: int,
    hidden_dim: int,
    encoder_channels: tuple[int, ...],
    input_scale: float,
) -> tuple[MotionEncoder, MotionDecoder]:
    """Assemble a motion encoder, and the motion decoder that visits its coarsest maps.

    Args:
        num_queries: N of the segmentor.
        dim: channels C of the segmentor's queries.
        num_heads: attention heads of the motion decoder.
        num_stages: S of Table D.
        num_levels: L, how many of the five maps the motion decoder visits.
        hidden_dim: of the motion decoder's feed-forward networks.
        encoder_channels: conv1 to conv6 of the motion encoder.
        input_scale: factor by which the frame pair is resized first.

    Raises:
        ValueError: if there are no stages, or not that many maps.
    """
    encoder = MotionEncoder(tuple(encoder_channels), input_scale)
    num_maps = len(encoder.out_channels)
    if num_stages < 1 or not 1 <= num_levels <= num_maps:
        raise ValueError(
            f"a motion decoder needs num_stages of at least 1 and num_levels of 1 to {num_maps}, the maps of the "
            f"motion encoder; got num_stages={num_stages}, num_levels={num_levels}. The paper uses 3 and 3."
        )
    channels = encoder.out_channels[::-1][:num_levels]
    return encoder, MotionDecoder(channels, num_queries, dim, num_stages, num_heads, hidden_dim)
