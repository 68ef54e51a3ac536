"""Convolutional feature pyramids from timm: ResNets, MobileNets."""

from typing import Self

from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from mpvss.backbone.pretrained import create_timm_model

STRIDES = (4, 8, 16, 32)


class ConvBackbone(nn.Module):
    """A timm network cut into its four stages.

    Args:
        name: timm's model name with the tag of its weights.
        pretrained: fetch the tag's ImageNet weights.
        freeze_batch_norm: run BatchNorm with its stored statistics and do not train it, as Mask2Former
            does with ImageNet weights; false to train from scratch.
        out_indices: timm's indices of the stages at strides 4, 8, 16 and 32.

    Attributes:
        channels: of the four maps, finest first.

    Raises:
        ValueError: if the stages are not at strides 4, 8, 16 and 32.
        FileNotFoundError: if the weights cannot be fetched.
    """

    compiled = True
    """torch.compile makes it faster: many small operations on maps."""
    sharded = True
    """It has many of the weights, and is called once or twice a step."""

    def __init__(
        self,
        name: str,
        pretrained: bool = False,
        freeze_batch_norm: bool = True,
        out_indices: tuple[int, ...] = (1, 2, 3, 4),
    ) -> None:
        super().__init__()
        network = create_timm_model(name, pretrained, features_only=True, out_indices=tuple(out_indices))
        reductions = tuple(network.feature_info.reduction())
        if reductions != STRIDES:
            raise ValueError(
                f"the pyramid of {name} must have strides {STRIDES}; out_indices={tuple(out_indices)} gives "
                f"{reductions}. Choose other out_indices."
            )
        self.channels: tuple[int, ...] = tuple(network.feature_info.channels())
        self.network = network
        self._frozen_norms = [m for m in network.modules() if isinstance(m, _BatchNorm)] if freeze_batch_norm else []
        for norm in self._frozen_norms:
            norm.requires_grad_(False)
        self.train(self.training)

    def train(self, mode: bool = True) -> Self:
        """Switch to training, except for frozen norms, which keep their statistics."""
        super().train(mode)
        for norm in self._frozen_norms:
            norm.eval()
        return self

    def checkpoint_activations(self) -> None:
        """Compute the stages' activations again in the backward pass, instead of keeping them.

        BatchNorm that is not frozen then sees each batch twice, so that its statistics forget faster.
        """
        self.network.set_grad_checkpointing()

    def forward(self, frames: Tensor) -> tuple[Tensor, ...]:
        """Compute the pyramid.

        Args:
            frames: (B, 3, H, W) normalised, both sides multiples of 32.

        Returns:
            Four maps (B, channels[i], H / s, W / s) for s = 4, 8, 16, 32.
        """
        return tuple(self.network(frames))
