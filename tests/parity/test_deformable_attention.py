import torch
from transformers.models.mask2former.modeling_mask2former import (
    Mask2FormerPixelDecoderEncoderMultiscaleDeformableAttention as TheirAttention,
)

from mpvss.segmentor import DeformableAttention


def test_deformable_attention_agrees_with_transformers():
    torch.manual_seed(0)
    sizes = [(3, 5), (6, 9), (11, 18)]
    theirs = TheirAttention(embed_dim=24, num_heads=3, n_levels=3, n_points=4)
    ours = DeformableAttention(24, 3, num_levels=3, num_points=4)
    names = {
        "offsets": "sampling_offsets",
        "weights": "attention_weights",
        "value": "value_proj",
        "output": "output_proj",
    }
    for name, their_name in names.items():
        for parameter in getattr(theirs, their_name).parameters():
            torch.nn.init.normal_(parameter, std=0.5)  # offsets of several pixels, many of them outside
        getattr(ours, name).load_state_dict(getattr(theirs, their_name).state_dict())
    num_tokens = sum(height * width for height, width in sizes)
    query, value, reference = torch.randn(2, 7, 24), torch.randn(2, num_tokens, 24), torch.rand(7, 2)

    starts = torch.tensor([0, 15, 15 + 54])
    expected, _ = theirs(
        hidden_states=query,
        encoder_hidden_states=value,
        reference_points=reference[None, :, None].expand(2, -1, 3, -1),
        spatial_shapes_list=sizes,
        level_start_index=starts,
    )
    torch.testing.assert_close(ours(query, value, reference, sizes), expected, atol=1e-5, rtol=1e-5)
