import pytest
import torch

from mpvss.layers import normalize_frames, pad_to_multiple
from mpvss.segmentor.mask2former import IMAGENET_MEAN, IMAGENET_STD
from mpvss.types import Segments
from mpvss.weights import load_weights


@pytest.mark.parametrize("size", [(97, 161), (64, 41), (160, 320)])
def test_every_decoder_layer_agrees_with_transformers(peer, ours, size, tmp_path):
    peer.save_pretrained(tmp_path)
    report = load_weights(ours, tmp_path)
    assert report.kept == report.left_out == ()
    frame = torch.randint(256, (2, 3, *size), dtype=torch.uint8)

    ours.query_decoder.train()  # it returns all layers then; nothing in it is random
    with torch.inference_mode():
        state = ours(frame)
        pixels = pad_to_multiple(normalize_frames(frame, IMAGENET_MEAN, IMAGENET_STD))
        theirs = peer(pixel_values=pixels, pixel_mask=torch.ones_like(pixels[:, 0]))

    expected = [
        *(Segments(layer["class_queries_logits"], layer["masks_queries_logits"]) for layer in theirs.auxiliary_logits),
        Segments(theirs.class_queries_logits, theirs.masks_queries_logits),
    ]
    actual = [*state.auxiliary, state.segments]
    assert len(actual) == len(expected) == 5
    for layer, reference in zip(actual, expected, strict=True):
        torch.testing.assert_close(layer.class_logits, reference.class_logits, atol=1e-4, rtol=0)
        torch.testing.assert_close(layer.mask_logits, reference.mask_logits, atol=1e-4, rtol=0)
    foreground = (state.segments.mask_logits > 0).float().mean()
    assert 0.1 < foreground < 0.9  # the masked attention has something to mask


def test_the_backbone_agrees_where_no_map_is_a_multiple_of_the_window(peer, ours, tmp_path):
    peer.save_pretrained(tmp_path)
    load_weights(ours.backbone, tmp_path)
    pixels = torch.randn(1, 3, 96, 224)  # maps of 24x56, 12x28, 6x14, 3x7, windows of 5x5
    with torch.inference_mode():
        pyramid = ours.backbone(pixels)
        reference = peer.model.pixel_level_module.encoder(pixels).feature_maps
    for ours_map, their_map in zip(pyramid, reference, strict=True):
        torch.testing.assert_close(ours_map, their_map, atol=1e-5, rtol=1e-5)
