"""A normalised frame enters, a feature pyramid at strides 4, 8, 16 and 32 leaves (Sec. 3.2); timm's networks."""

from mpvss.backbone.convolutional import ConvBackbone
from mpvss.backbone.swin import SwinBackbone
from mpvss.backbone.synchronised import synchronise_norms

__all__ = ["ConvBackbone", "SwinBackbone", "synchronise_norms"]
