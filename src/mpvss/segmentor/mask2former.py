"""Mask2Former (Cheng et al., CVPR 2022), the key frames' segmentor (Sec. 3.2)."""

from torch import Tensor, nn

from mpvss.layers import normalize_frames, pad_to_multiple
from mpvss.segmentor.pixel_decoder import PixelDecoder
from mpvss.segmentor.query_decoder import QueryDecoder
from mpvss.types import Backbone, KeyState

IMAGENET_MEAN = (123.675 / 255, 116.28 / 255, 103.53 / 255)
IMAGENET_STD = (58.395 / 255, 57.12 / 255, 57.375 / 255)


class Mask2Former(nn.Module):
    """Backbone, pixel decoder and query decoder in a row.

    Args:
        backbone: normalised frames -> pyramid at strides 4, 8, 16, 32.
        pixel_decoder: pyramid -> per-pixel embedding and three maps.
        query_decoder: those -> queries, classes, masks.
    """

    needs_labels = False
    """It is no oracle."""

    def __init__(self, backbone: Backbone, pixel_decoder: PixelDecoder, query_decoder: QueryDecoder) -> None:
        super().__init__()
        self.backbone = backbone
        self.pixel_decoder = pixel_decoder
        self.query_decoder = query_decoder

    def forward(self, frame: Tensor) -> KeyState:
        """Segment frames.

        Args:
            frame: (B, 3, H, W) uint8 RGB; padded inside to multiples of 32 at the right and bottom.

        Returns:
            Classes, masks at 1/4 of the padded frame, queries, the frame, the backbone's pyramid, and in
            training the predictions of all earlier decoder layers.
        """
        normalized = pad_to_multiple(normalize_frames(frame, IMAGENET_MEAN, IMAGENET_STD))
        return self.decode(self.backbone(normalized), frame)

    def decode(self, pyramid: tuple[Tensor, ...], frame: Tensor) -> KeyState:
        """Segment frames from their features.

        Args:
            pyramid: the backbone's maps, or maps warped from another frame's: strides 4, 8, 16, 32 of the padded frame.
            frame: (B, 3, H, W) uint8 RGB, kept in the result.
        """
        pixel_embedding, maps = self.pixel_decoder(pyramid)
        segments, queries = self.query_decoder(pixel_embedding, maps)
        return KeyState(segments[-1], queries, frame, pyramid, tuple(segments[:-1]))

    def checkpoint_activations(self) -> None:
        """Compute the activations of backbone and pixel decoder again in the backward pass, instead of keeping them."""
        self.backbone.checkpoint_activations()
        self.pixel_decoder.checkpoint_activations()


def mask2former(
    backbone: Backbone,
    num_classes: int,
    num_queries: int = 100,
    dim: int = 256,
    num_heads: int = 8,
    encoder_layers: int = 6,
    encoder_hidden_dim: int = 1024,
    decoder_layers: int = 9,
    decoder_hidden_dim: int = 2048,
) -> Mask2Former:
    """Assemble a Mask2Former around a backbone; the defaults are the published model.

    Args:
        backbone: frames -> pyramid at strides 4, 8, 16, 32.
        num_classes: K, without "no object".
        num_queries: N.
        dim: channels C.
        num_heads: of all attention layers.
        encoder_layers: deformable encoder layers of the pixel decoder.
        encoder_hidden_dim: of their feed-forward networks.
        decoder_layers: of the query decoder.
        decoder_hidden_dim: of their feed-forward networks.
    """
    channels = tuple(backbone.channels)
    pixel_decoder = PixelDecoder(channels, dim, encoder_layers, num_heads, hidden_dim=encoder_hidden_dim)
    query_decoder = QueryDecoder(num_classes, num_queries, dim, decoder_layers, num_heads, decoder_hidden_dim)
    return Mask2Former(backbone, pixel_decoder, query_decoder)
