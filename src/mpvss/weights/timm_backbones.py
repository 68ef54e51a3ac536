"""Names of ImageNet classifiers from timm and torchvision; what only classifies is dropped.

torchvision's ResNets have timm's names. Swin files with the names of the Swin authors are in
:mod:`mpvss.weights.detectron2`, which kept them.
"""

from mpvss.weights.rules import Rule, below

SWIN = below(
    (
        Rule(r".*(relative_position_index|attn_mask)", None),
        Rule(r"(norm|head|head\.fc)\.(weight|bias)", None),
        Rule(r"(patch_embed\..+)", r"\1"),
        Rule(r"layers\.(\d\..+)", r"stages.\1"),
    ),
    "",
    "segmentor.backbone.",
)

RESNET = below(
    (
        Rule(r"fc\.(weight|bias)", None),
        Rule(r"((conv1|bn1|layer[1-4])\..+)", r"\1"),
    ),
    "",
    "segmentor.backbone.network.",
)

MOBILENET = below(
    (
        Rule(r"(conv_head|bn2|classifier)\..+", None),
        Rule(r"((conv_stem|bn1|blocks)\..+)", r"\1"),
    ),
    "",
    "segmentor.backbone.network.",
)
