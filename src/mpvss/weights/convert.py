"""From any known checkpoint to this project's own format."""

import logging
from pathlib import Path

from mpvss.weights.checkpoint import Checkpoint, read_checkpoint
from mpvss.weights.save import write_state

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
    write_state(checkpoint.state, output, checkpoint.architecture, {**checkpoint.metadata, "origin": origin})
    log.info("%s (%s): %d tensors written to %s", checkpoint.source, checkpoint.format, len(checkpoint.state), output)
    return checkpoint
