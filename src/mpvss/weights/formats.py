"""The formats that are known, and which of them a set of keys is."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from mpvss.weights import authors, detectron2, flow_networks, hugging_face, timm_backbones
from mpvss.weights.rules import Rule


class Format(NamedTuple):
    """A project's way to name the tensors of a model.

    Attributes:
        name: as it appears in messages.
        signature: regular expression; a checkpoint is of this format if one of its whole keys matches.
        rules: from its keys to ours.
        refusal: why a checkpoint of this format cannot be used, and what can; None if it can.
    """

    name: str
    signature: str
    rules: tuple[Rule, ...]
    refusal: str | None = None


OWN_PREFIX = "propagation."
"""Before every key of a checkpoint of ours, since training saves the LightningModule's state."""

_OWN = (
    Rule(rf"{re.escape(OWN_PREFIX)}(.+)", r"\1"),
    Rule(r"(flow\..+)", r"\1"),  # the LightningModule that trains flow alone has no propagator
    Rule(r".+", None),  # the LightningModule's other parts: metrics, criterion
)

FORMATS = (  # the first whose signature matches counts
    Format("mpvss", rf"({re.escape(OWN_PREFIX)}|flow\.).+", _OWN),
    Format("the MPVSS authors' model", r"motion\.(encoder|decoder)\..+", authors.MPVSS),
    Format("detectron2's Mask2Former", r"sem_seg_head\.predictor\..+", detectron2.MASK2FORMER),
    Format("Hugging Face's Mask2Former", r"model\.transformer_module\..+", hugging_face.MASK2FORMER),
    Format("FlowNetS with batch norm", r"conv6_1\.1\.running_mean", (), flow_networks.BATCH_NORM_REFUSAL),
    Format("FlowNetS", r"conv6_1\.0\.weight", flow_networks.FLOWNETS),
    Format("torchvision's RAFT", r"update_block\.flow_head\.conv1\.weight", flow_networks.RAFT),
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
        ValueError: if no format is recognised; names some of the keys. If it is one that cannot be used.
    """
    keys = list(keys)
    for candidate in FORMATS:
        signature = re.compile(candidate.signature)
        if any(signature.fullmatch(key) for key in keys):
            if candidate.refusal is not None:
                raise ValueError(candidate.refusal)
            return candidate
    raise ValueError(
        f"no known format has keys like {', '.join(keys[:5]) or '(none)'}. Known are: "
        f"{'; '.join(candidate.name for candidate in FORMATS if candidate.refusal is None)}."
    )
