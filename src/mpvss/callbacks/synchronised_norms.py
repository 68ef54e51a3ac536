"""BatchNorm over several GPUs."""

import lightning

from mpvss.backbone import synchronise_norms


class SynchronisedNorms(lightning.Callback):
    """Let each BatchNorm that learns see the frames of all GPUs; there is none for several processes on the CPU."""

    def setup(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule, stage: str) -> None:
        """Replace them, before Lightning distributes the model."""
        if stage == "fit" and trainer.world_size > 1 and trainer.strategy.root_device.type == "cuda":
            synchronise_norms(pl_module)
