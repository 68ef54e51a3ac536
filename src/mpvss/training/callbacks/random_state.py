"""Where torch's random streams were when a run was interrupted."""

import logging
from typing import Any

import lightning
import torch
from torch import distributed

_log = logging.getLogger(__name__)


class RandomState(lightning.Callback):
    """Store torch's generators, of the CPU and the GPU, in every checkpoint, and set them when a run is resumed.

    Nothing in a training step draws from other generators; the data draw from streams of their own.
    """

    def __init__(self) -> None:
        self._resumed: list[dict[str, torch.Tensor]] | None = None

    def on_save_checkpoint(
        self, trainer: lightning.Trainer, pl_module: lightning.LightningModule, checkpoint: dict[str, Any]
    ) -> None:
        """Add `random_state`: that of each process, in the order of their ranks."""
        checkpoint["random_state"] = _of_all_processes(_state(pl_module.device))

    def on_load_checkpoint(
        self, trainer: lightning.Trainer, pl_module: lightning.LightningModule, checkpoint: dict[str, Any]
    ) -> None:
        """Keep it until training starts."""
        self._resumed = checkpoint.get("random_state")

    def on_train_start(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        """Set it, if there are as many processes as there were."""
        states, self._resumed = self._resumed, None
        if states is None:
            return
        if len(states) != trainer.world_size:
            _log.warning("Random numbers start anew: %d processes, there were %d.", trainer.world_size, len(states))
            return
        state = states[trainer.global_rank]
        torch.set_rng_state(state["cpu"].cpu())
        if "cuda" in state and pl_module.device.type == "cuda":
            torch.cuda.set_rng_state(state["cuda"].cpu(), pl_module.device)


def _state(device: torch.device) -> dict[str, torch.Tensor]:
    state = {"cpu": torch.get_rng_state()}
    if device.type == "cuda":
        state["cuda"] = torch.cuda.get_rng_state(device)
    return state


def _of_all_processes(state: dict[str, torch.Tensor]) -> list[dict[str, torch.Tensor]]:
    if not (distributed.is_available() and distributed.is_initialized()):
        return [state]
    states: list[Any] = [None] * distributed.get_world_size()
    distributed.all_gather_object(states, state)
    return states
