"""A card beside the checkpoints that says what they are."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import lightning

from mpvss.output import code_version, environment
from mpvss.output.atomic import replacing
from mpvss.training.card_text import TrainedModel, Validation, card_text
from mpvss.training.module import MPVSS


class ModelCard(lightning.Callback):
    """Write ``README.md`` into the folder of the checkpoints, anew whenever one is saved.

    What a resumed run had scored before is in its checkpoint. For a module that does not segment nothing is written.

    Args:
        folder: of the checkpoints.
        options: chosen in the groups `backbone`, `flow`, `propagation` and `recipe`, by group.
        data: name of the training data.
        interval: of the key frames, in validation.
        learning_rate: at its highest.
        weights: files that training starts from, by part; None for parts that have none.
        backbone_name: timm's.
        pretrained: whether the backbone starts from timm's weights where no file has any.
    """

    def __init__(
        self,
        folder: str,
        options: Mapping[str, str],
        data: str,
        interval: int,
        learning_rate: float,
        weights: Mapping[str, str | None],
        backbone_name: str,
        pretrained: bool,
    ) -> None:
        self._path = Path(folder) / "README.md"
        self._options = options
        self._data = data
        self._interval = interval
        self._learning_rate = learning_rate
        self._starts = _starts(weights, f"{backbone_name} of timm" if pretrained else None)
        self._validations: list[Validation] = []
        self._seconds = 0.0  # of the runs before this one
        self._began = time.monotonic()
        self._commit = code_version()

    def on_fit_start(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        """Start the clock."""
        self._began = time.monotonic()

    def on_validation_end(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        """Note the scores; checkpoints are saved after that."""
        if not trainer.sanity_checking:
            prefix, metrics = "val/", trainer.callback_metrics
            scores = {
                name.removeprefix(prefix): float(value) for name, value in metrics.items() if name.startswith(prefix)
            }
            self._validations.append(Validation(trainer.global_step, scores))

    def on_save_checkpoint(
        self, trainer: lightning.Trainer, pl_module: lightning.LightningModule, checkpoint: dict[str, Any]
    ) -> None:
        """Write the card."""
        if trainer.is_global_zero and isinstance(pl_module, MPVSS):
            text = card_text(self._describe(trainer, pl_module))
            with replacing(self._path) as partial:
                partial.write_text(text, encoding="utf-8")

    def state_dict(self) -> dict[str, Any]:  # plain values, for a checkpoint
        """Return what a resumed run goes on from."""
        validations = [[validation.step, dict(validation.scores)] for validation in self._validations]
        return {"validations": validations, "seconds": self._elapsed()}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from there."""
        self._validations = [Validation(step, scores) for step, scores in state_dict["validations"]]
        self._seconds = state_dict["seconds"]

    def _elapsed(self) -> float:
        return self._seconds + time.monotonic() - self._began

    def _describe(self, trainer: lightning.Trainer, module: MPVSS) -> TrainedModel:
        data: Any = trainer.datamodule  # type: ignore[attr-defined]  # any data module with a batch_size
        return TrainedModel(
            backbone=self._options["backbone"],
            flow=self._options["flow"] if module.propagation.flow is not None else None,
            propagation=self._options["propagation"],
            recipe=self._options["recipe"],
            data=self._data,
            num_classes=module.num_classes,
            interval=self._interval,
            starts=self._starts,
            step=trainer.global_step,
            max_steps=trainer.max_steps,
            pairs=trainer.accumulate_grad_batches * trainer.world_size * data.batch_size,
            learning_rate=self._learning_rate,
            precision=str(trainer.precision),
            validations=self._validations,
            device=f"{trainer.world_size} x {environment(module.device)['device']}",
            hours=self._elapsed() / 3600,
            commit=self._commit,
        )


def _starts(weights: Mapping[str, str | None], pretrained: str | None) -> dict[str, str]:
    """Where the weights came from that training started with; those that others replaced are left out."""
    if weights["model"]:
        return {"whole model": str(weights["model"])}
    sources = {"flow": weights["flow"], "motion encoder": weights["encoder"]}
    if weights["segmentor"]:
        sources["segmentor"] = weights["segmentor"]
    else:
        sources["backbone"] = weights["backbone"] or pretrained
    return {part: str(source) for part, source in sources.items() if source}
