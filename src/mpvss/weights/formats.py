"""The formats that are known, and which of them a set of keys is."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from mpvss.weights import authors, detectron2, hugging_face, timm_backbones
from mpvss.weights.rules import Rule


class Format(NamedTuple):
    """A project's way to name the tensors of a model.

    Attributes:
        name: as it appears in messages.
        signature: regular expression; a checkpoint is of this format if one of its whole keys matches.
        rules: from its keys to ours.
    """

    name: str
    signature: str
    rules: tuple[Rule, ...]


OWN_PREFIX = "propagation."
"""Before every key of a checkpoint of ours, since training saves the LightningModule's state."""

_OWN = (
    Rule(rf"{re.escape(OWN_PREFIX)}(.+)", r"\1"),
    Rule(r".+", None),  # the LightningModule's other parts: metrics, criterion
)

FORMATS = (  # the first whose signature matches counts
    Format("mpvss", rf"{re.escape(OWN_PREFIX)}.+", _OWN),
    Format("the MPVSS authors' model", r"motion\.(encoder|decoder)\..+", authors.MPVSS),
    Format("detectron2's Mask2Former", r"sem_seg_head\.predictor\..+", detectron2.MASK2FORMER),
    Format("Hugging Face's Mask2Former", r"model\.transformer_module\..+", hugging_face.MASK2FORMER),
    Format("a detectron2 ResNet", r"(backbone\.)?res2\.0\.conv1\.weight", detectron2.IMAGENET_BACKBONE),
    Format("a Swin of its authors", r"(backbone\.)?layers\.0\.downsample\..+", detectron2.IMAGENET_BACKBONE),
    Format("a timm Swin", r"layers\.3\.downsample\..+", timm_backbones.SWIN),
    Format("a timm or torchvision ResNet", r"layer1\.0\.conv1\.weight", timm_backbones.RESNET),
    Format("a timm MobileNet", r"conv_stem\.weight", timm_backbones.MOBILENET),
)


def recognise(keys: Iterable[str]) -> Format:
    """Tell the format of a checkpoint from its keys.

    Args:
        keys: of the state dict.

    Raises:
        ValueError: if no format is recognised; names some of the keys.
    """
    keys = list(keys)
    for candidate in FORMATS:
        signature = re.compile(candidate.signature)
        if any(signature.fullmatch(key) for key in keys):
            return candidate
    raise ValueError(
        f"no known format has keys like {', '.join(keys[:5]) or '(none)'}. Known are: "
        f"{'; '.join(candidate.name for candidate in FORMATS)}."
    )
