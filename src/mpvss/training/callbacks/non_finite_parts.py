"""Which part of a model is the first whose output, loss or gradient is not finite."""

import logging
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple

import lightning
import torch
from torch import Tensor, nn

from mpvss.output.table import Column, Table, markdown_text
from mpvss.types import NonFiniteError

_log = logging.getLogger(__name__)

_COLUMNS = (
    Column("part", "part"),
    Column("output", "largest output", ".3g"),
    Column("gradient", "largest gradient", ".3g"),
    Column("finite", "finite"),
)
_SHOWN_DEPTH = 3
"""Of a part's name: ``propagation.segmentor.backbone``."""


class _Seen(NamedTuple):
    """What came out of a part, or came back to it: its name, the largest magnitude, and whether all is finite."""

    part: str
    largest: float
    finite: bool


class NonFiniteParts(lightning.Callback):
    """Watch every part of the model through one training step, and say where the first value is that is not finite.

    Forward in the order in which parts end, so that the innermost comes first; then the loss and its terms; then
    gradients in the order in which they arrive, and those of the weights. What it sees is logged as a table of the
    parts, and one line on the first. It asks the device for a value at each part: for one step, not for a training.
    """

    def __init__(self) -> None:
        self._forward: list[_Seen] = []
        self._backward: list[_Seen] = []
        self._losses: list[_Seen] = []
        self._is_watching = True

    def on_train_start(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        """Look at the weights, and watch the parts."""
        broken = [name for name, weight in pl_module.named_parameters() if not weight.isfinite().all()]
        if broken:
            _log.error("%d weights are not finite before the step, such as %s", len(broken), broken[0])
        for name, part in pl_module.named_modules():
            if name:
                part.register_forward_hook(partial(self._see_output, name))

    def on_before_backward(
        self, trainer: lightning.Trainer, pl_module: lightning.LightningModule, loss: Tensor
    ) -> None:
        """Look at the loss and its terms."""
        self._is_watching = False  # what is computed again for the backward pass has been seen
        terms = {name: value for name, value in trainer.callback_metrics.items() if name.startswith("train/")}
        self._losses = [_seen(name, value) for name, value in (terms or {"loss": loss}).items()]  # logged unscaled

    def on_after_backward(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        """Look at the gradients of the weights."""
        weights = [(name, weight.grad) for name, weight in pl_module.named_parameters() if weight.grad is not None]
        self._backward += [_seen(f"the weights {name}", gradient) for name, gradient in weights]

    def on_train_batch_end(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule, *_: Any) -> None:
        """Say what was seen."""
        self._say()

    def on_exception(
        self, trainer: lightning.Trainer, pl_module: lightning.LightningModule, exception: BaseException
    ) -> None:
        """Say what was seen until matching refused what is not finite."""
        if isinstance(exception, NonFiniteError):
            self._say()

    def first(self) -> str | None:
        """Return in words where the first value is that is not finite; None if all are."""
        for seen, said in (
            (self._forward, "the output of {}"),
            (self._losses, "the loss {}"),
            (self._backward, "the gradient of {}"),
        ):
            for one in seen:
                if not one.finite:
                    return said.format(one.part)
        return None

    def _see_output(self, name: str, part: nn.Module, inputs: Any, output: Any) -> None:
        if not self._is_watching:
            return
        for tensor in _tensors(output):
            self._forward.append(_seen(name, tensor))
            if tensor.requires_grad:
                tensor.register_hook(partial(self._see_gradient, name))

    def _see_gradient(self, name: str, gradient: Tensor) -> None:
        self._backward.append(_seen(f"the output of {name}", gradient))

    def _say(self) -> None:
        rows = [self._row(name) for name in dict.fromkeys(seen.part for seen in self._forward)]
        shown = [row for row in rows if str(row["part"]).count(".") < _SHOWN_DEPTH]
        losses = [f"{seen.part} {seen.largest:.6g}" for seen in self._losses]
        table = Table("replay", "The step, part by part", _COLUMNS, shown, ("Losses: " + ", ".join(losses),))
        _log.info("\n%s", markdown_text(table))
        first = self.first()
        if first:
            _log.error("First value that is not finite: %s.", first)
        else:
            _log.info("Every output, loss and gradient of this step is finite with these weights.")

    def _row(self, name: str) -> dict[str, str | float | None]:
        outputs = [seen for seen in self._forward if seen.part == name]
        gradients = [seen for seen in self._backward if seen.part == f"the output of {name}"]
        return {
            "part": name,
            "output": max(seen.largest for seen in outputs),
            "gradient": max((seen.largest for seen in gradients), default=None),
            "finite": "yes" if all(seen.finite for seen in (*outputs, *gradients)) else "no",
        }


def _seen(part: str, tensor: Tensor) -> _Seen:
    if not tensor.numel():
        return _Seen(part, 0.0, True)
    values = tensor.detach().float()
    return _Seen(part, values.abs().max().item(), bool(values.isfinite().all()))


def _tensors(output: Any) -> Iterator[Tensor]:
    """Go through the floating-point tensors of whatever a part returns."""
    if isinstance(output, Tensor):
        if torch.is_floating_point(output):
            yield output
    elif isinstance(output, Mapping):
        for value in output.values():
            yield from _tensors(value)
    elif isinstance(output, tuple | list):
        for value in output:
            yield from _tensors(value)
