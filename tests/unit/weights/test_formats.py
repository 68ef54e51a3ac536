import pytest

from mpvss.weights.formats import recognise


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("propagation.segmentor.backbone.network.conv1.weight", "mpvss"),
        ("motion.encoder.conv1.0.conv.weight", "the MPVSS authors' model"),
        ("sem_seg_head.predictor.query_embed.weight", "detectron2's Mask2Former"),
        ("model.transformer_module.level_embed.weight", "Hugging Face's Mask2Former"),
        ("flow.motion_encoder.conv1.0.weight", "mpvss"),
        ("conv6_1.0.weight", "FlowNetS"),
        ("update_block.flow_head.conv1.weight", "torchvision's RAFT"),
        ("res2.0.conv1.weight", "a detectron2 ResNet"),
        ("layers.0.downsample.norm.weight", "a Swin of its authors"),
        ("layers.3.downsample.norm.weight", "a timm Swin"),
        ("layer1.0.conv1.weight", "a timm or torchvision ResNet"),
        ("conv_stem.weight", "a timm MobileNet"),
    ],
)
def test_a_format_is_recognised_by_a_key(key, name):
    assert recognise(["other.weight", key]).name == name


def test_the_larger_model_wins():
    keys = ["sem_seg_head.predictor.query_embed.weight", "layers.0.downsample.norm.weight"]
    assert recognise([*keys, "motion.decoder.query_embed.weight"]).name == "the MPVSS authors' model"
    assert recognise(keys[::-1]).name == "detectron2's Mask2Former"


def test_unknown_keys_are_named():
    with pytest.raises(ValueError, match=r"no known format has keys like encoder\.a, encoder\.b\. Known are: mpvss; "):
        recognise(["encoder.a", "encoder.b"])
