import pytest
import torch
from torch import nn
from transformers import Mask2FormerConfig, Mask2FormerForUniversalSegmentation, SwinConfig

from mpvss.backbone import SwinBackbone
from mpvss.segmentor import Mask2Former, mask2former

SWIN = {"embed_dim": 16, "depths": (2, 2, 2, 2), "num_heads": (1, 2, 2, 4), "window_size": 5}
NUM_CLASSES, NUM_QUERIES, DIM, HEADS = 5, 11, 32, 4


def _randomise(module: nn.Module) -> None:
    """Move every parameter off its initial value, zero biases and equal norms included."""
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            noise = torch.randn_like(parameter)
            if parameter.ndim > 1 and not name.endswith("relative_position_bias_table"):
                parameter.add_(noise / parameter[0].numel() ** 0.5)
            else:
                parameter.add_(0.2 * noise)


@pytest.fixture
def peer() -> Mask2FormerForUniversalSegmentation:
    """transformers' Mask2Former, small, with random weights; no stage's map is a multiple of the window."""
    torch.manual_seed(0)
    stages = [f"stage{stage}" for stage in (1, 2, 3, 4)]
    config = Mask2FormerConfig(
        backbone_config=SwinConfig(**SWIN, out_features=stages, drop_path_rate=0.0),
        num_labels=NUM_CLASSES,
        num_queries=NUM_QUERIES,
        hidden_dim=DIM,
        mask_feature_size=DIM,
        feature_size=DIM,
        num_attention_heads=HEADS,
        encoder_layers=2,
        encoder_feedforward_dim=48,
        decoder_layers=5,  # of which transformers counts the prediction from the initial queries as one
        dim_feedforward=64,
        train_num_points=60,
        output_auxiliary_logits=True,
    )
    model = Mask2FormerForUniversalSegmentation(config).eval()
    _randomise(model)
    return model


@pytest.fixture
def ours() -> Mask2Former:
    """Our Mask2Former of the same sizes, with other random weights."""
    torch.manual_seed(1)
    backbone = SwinBackbone("swin_tiny_patch4_window7_224", drop_path=0.0, **SWIN)
    return mask2former(backbone, NUM_CLASSES, NUM_QUERIES, DIM, HEADS, 2, 48, 4, 64).eval()
