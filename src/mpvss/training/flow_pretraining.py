"""The LightningModule that pretrains optical flow, which the motion encoder starts from (Sec. 4.1)."""

from collections.abc import Callable

import torch
from torch import Tensor

from mpvss.criterion import FlowError, end_point_error
from mpvss.flow import OpticalFlow
from mpvss.layers import pad_to_multiple
from mpvss.propagation import resize_flow
from mpvss.training.stepping import SteppingModule
from mpvss.types import Flow, FramePair


class FlowPretraining(SteppingModule):
    """Train FlowNetS on pairs with known flow; its checkpoints serve as ``weights.flow`` and ``weights.encoder``.

    Args:
        flow: with predictions at several scales.
        criterion: multi-scale end-point error.
        optimizer: from parameter groups, `lr` and `weight_decay`, to an optimizer.
        scheduler: from an optimizer to a learning rate schedule, which steps with it.
    """

    def __init__(
        self,
        flow: OpticalFlow,
        criterion: FlowError,
        optimizer: Callable[..., torch.optim.Optimizer],
        scheduler: Callable[..., torch.optim.lr_scheduler.LRScheduler],
    ) -> None:
        super().__init__(optimizer, scheduler)
        self.flow = flow
        self.criterion = criterion

    def training_step(self, pair: FramePair, batch_index: int) -> Tensor:
        """Estimate flow at every scale and compare it with the truth.

        Args:
            pair: a batch of frames with flow.
            batch_index: not used.

        Returns:
            The scalar loss.
        """
        target, valid = _truth(pair)
        flows = self.flow.pyramid(pair.key_frame, pair.frame)
        loss = self.criterion(flows, pad_to_multiple(target), pad_to_multiple(valid))
        self.log("train/loss", loss, prog_bar=True, batch_size=len(target))
        return loss

    def validation_step(self, pair: FramePair, batch_index: int) -> None:
        """Log the end-point error of the flow, and that of zero flow beside it, in pixels of the frame.

        Args:
            pair: a batch of frames with flow.
            batch_index: not used.
        """
        for name, error in flow_errors(self.flow, pair).items():
            self.log(f"val/{name}", error, prog_bar=name == "EPE", batch_size=len(pair.frame))


def flow_errors(flow: Flow, pair: FramePair) -> dict[str, Tensor]:
    """Compare estimated flow with the truth.

    Args:
        flow: reads no queries.
        pair: a batch of frames with flow.

    Returns:
        `EPE`, the end-point error in pixels of the frame, and `zero_EPE`, that of zero flow.

    Raises:
        ValueError: if the pairs carry no flow.
    """
    target, valid = _truth(pair)
    height, width = pad_to_multiple(target).shape[-2:]
    coarse = flow(pair.key_frame, pair.frame, target.new_zeros(len(target), 0, 0))
    estimated = resize_flow(coarse, (height, width))[:, 0, :, : target.shape[-2], : target.shape[-1]]
    zero = torch.zeros_like(target)
    return {name: end_point_error(one, target, valid) for name, one in (("EPE", estimated), ("zero_EPE", zero))}


def _truth(pair: FramePair) -> tuple[Tensor, Tensor]:
    if pair.flow is None or pair.visible is None:
        raise ValueError(
            "flow pretraining needs pairs with exact flow; got pairs without. Choose data=synthetic_flow or "
            "data=flying_chairs, or set data.flow=true."
        )
    return pair.flow, pair.visible
