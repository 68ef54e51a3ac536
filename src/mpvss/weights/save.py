"""Writing weights in this project's own format, those of any known checkpoint too."""

import json
import logging
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors.torch import save_file
from torch import Tensor, nn

from mpvss.weights.architecture import Architecture, describe
from mpvss.weights.checkpoint import Checkpoint, read_checkpoint
from mpvss.weights.formats import OWN_PREFIX
from mpvss.weights.parts import own_state


def save_weights(module: nn.Module, path: str | Path, metadata: Mapping[str, Any] | None = None) -> None:
    """Save the weights of a propagator or a part of it as ``.safetensors``.

    The file appears whole or not at all.

    Args:
        module: its keys are those of a training run's checkpoint, ``propagation.segmentor...`` and so on.
        path: ``.safetensors`` file; folders are made, an existing file is replaced.
        metadata: plain values (numbers, strings, lists, dictionaries) to store beside the architecture: a run's
            `run` and `classes`.

    Raises:
        ValueError: if the file is not called ``.safetensors``.
    """
    write_state(own_state(module), path, describe(module), metadata or {})


def write_state(
    state: Mapping[str, Tensor], path: str | Path, architecture: Architecture, metadata: Mapping[str, Any]
) -> None:
    """Write a state dict under our keys; arguments and errors as of :func:`save_weights`."""
    path = Path(path)
    if path.suffix != ".safetensors":
        raise ValueError(f"weights are written as .safetensors; got {path}. Rename the output.")
    path.parent.mkdir(parents=True, exist_ok=True)
    known = {field: value for field, value in architecture._asdict().items() if value is not None}
    header = {"mpvss": json.dumps({**metadata, "architecture": known})}
    tensors = {OWN_PREFIX + key: tensor.detach().cpu().contiguous() for key, tensor in state.items()}
    # In the same folder, so that renaming is atomic.
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as folder:
        temporary = Path(folder) / path.name
        save_file(tensors, temporary, header)
        shutil.copymode(_new_file(folder), temporary)  # safetensors makes it readable for the owner alone
        os.replace(temporary, path)


def _new_file(folder: str) -> Path:
    file = Path(folder) / "new"
    file.touch()
    return file


log = logging.getLogger(__name__)


def convert(source: str | Path, output: str | Path) -> Checkpoint:
    """Write a checkpoint of another project as ours: our keys, with its architecture and metadata.

    No model is built; nothing in the source is executed.

    Args:
        source: as for :func:`mpvss.weights.read_checkpoint`.
        output: ``.safetensors`` file.

    Returns:
        What was read.

    Raises:
        FileNotFoundError: if there is no such source.
        ValueError: if the source cannot be read or understood, or the output is not called ``.safetensors``.
    """
    checkpoint = read_checkpoint(source)
    origin = {"source": checkpoint.source, "format": checkpoint.format}
    metadata = {**checkpoint.metadata, "origin": origin}
    if checkpoint.run is not None:
        metadata["run"] = checkpoint.run.to_metadata()
    if checkpoint.classes is not None:
        metadata["classes"] = checkpoint.classes.to_metadata()
    write_state(checkpoint.state, output, checkpoint.architecture, metadata)
    log.info("%s (%s): %d tensors written to %s", checkpoint.source, checkpoint.format, len(checkpoint.state), output)
    return checkpoint
