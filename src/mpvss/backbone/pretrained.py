"""timm models with the weights of their tag, or an error that names both ways out."""

from typing import Any

from mpvss.backbone.light_timm import timm


def create_timm_model(name: str, pretrained: bool, **options: Any) -> Any:
    """Create a timm model.

    Args:
        name: timm's model name, with the tag of its weights: ``resnet50.tv_in1k``.
        pretrained: fetch the tag's weights through timm (cached after the first time).
        **options: passed on to ``timm.create_model`` (their types are timm's).

    Returns:
        The model; untyped, since its attributes are timm's.

    Raises:
        FileNotFoundError: if the weights are not cached and the hub cannot be reached.
    """
    try:
        return timm.create_model(name, pretrained=pretrained, **options)
    except (OSError, RuntimeError) as error:
        if not pretrained:
            raise
        raise FileNotFoundError(
            f"cannot fetch the ImageNet weights of {name}: {error}\n"
            "Without network, either give a local file, weights.backbone=FILE (timm's, torchvision's or "
            "detectron2's key names), or start from random weights with backbone.pretrained=false."
        ) from error
