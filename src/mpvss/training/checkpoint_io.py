"""Checkpoints that are written whole or not at all."""

from pathlib import Path
from typing import Any

import torch
from lightning.pytorch.plugins import TorchCheckpointIO

from mpvss.output.atomic import replacing


class AtomicCheckpointIO(TorchCheckpointIO):
    """Write beside the checkpoint, then rename: neither a kill nor a full disk costs the one that is there.

    Lightning's own writes to the system's temporary folder, from where a file may have to be copied.
    """

    def save_checkpoint(self, checkpoint: dict[str, Any], path: str | Path, storage_options: Any | None = None) -> None:
        """Write a checkpoint.

        Args:
            checkpoint: as Lightning puts it together.
            path: of a local file; its folder is made if needed.
            storage_options: not used.

        Raises:
            OSError: if it cannot be written; what was there before is intact.
        """
        try:
            with replacing(path) as partial, partial.open("wb") as file:
                torch.save(checkpoint, file)
        except (OSError, RuntimeError) as error:  # torch's writer hides the system's error behind its own
            cause = error if isinstance(error, OSError) else error.__context__ or error
            raise OSError(
                f"{path} could not be written: {cause}. A checkpoint that was there before is intact. Make room, "
                "then go on from it: the same command with hydra.run.dir set to the run's folder and ckpt_path=last."
            ) from error
