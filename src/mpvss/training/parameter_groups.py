"""Which parameters learn how fast: AdamW's parameter groups for Mask2Former and flow module (Sec. 4.1)."""

from typing import Any

from torch import nn

_NO_DECAY = (nn.LayerNorm, nn.GroupNorm, nn.BatchNorm2d, nn.Embedding)


def parameter_groups(
    model: nn.Module, lr: float, weight_decay: float, backbone_lr_scale: float = 0.1
) -> list[dict[str, Any]]:
    """Split the trainable parameters into groups for an optimizer.

    Mask2Former's rule: the backbone learns more slowly, and norms, embeddings and tables of relative
    positions are not decayed.

    Args:
        model: any module; parameters below a submodule named ``backbone`` are the backbone's.
        lr: learning rate.
        weight_decay: of all parameters but norms and embeddings.
        backbone_lr_scale: factor on the backbone's learning rate.

    Returns:
        Up to four groups with `name`, `params`, `lr` and `weight_decay`; empty groups are left out.
    """
    groups: dict[tuple[bool, bool], list[nn.Parameter]] = {}
    for module_name, module in model.named_modules():
        for name, parameter in module.named_parameters(recurse=False):
            if not parameter.requires_grad:
                continue
            in_backbone = "backbone" in module_name.split(".")
            decayed = not (isinstance(module, _NO_DECAY) or name in ("relative_position_bias_table", "level_embedding"))
            groups.setdefault((in_backbone, decayed), []).append(parameter)
    return [
        {
            "name": ("backbone" if in_backbone else "head") + ("" if decayed else "_no_decay"),
            "params": parameters,
            "lr": lr * (backbone_lr_scale if in_backbone else 1.0),
            "weight_decay": weight_decay if decayed else 0.0,
        }
        for (in_backbone, decayed), parameters in groups.items()
    ]
