"""A checkpoint of any known project, in our names."""

import logging
from pathlib import Path
from typing import Any, NamedTuple

from torch import Tensor

from mpvss.weights.architecture import Architecture, read_architecture
from mpvss.weights.files import read_file, read_folder
from mpvss.weights.formats import recognise
from mpvss.weights.hub import SCHEME, fetch
from mpvss.weights.rules import abbreviate, translate

log = logging.getLogger(__name__)


class Checkpoint(NamedTuple):
    """Weights and what is known of them.

    Attributes:
        source: where they came from.
        format: name of the format they were recognised as.
        state: our key -> tensor; keys begin with ``segmentor.`` (its backbone: ``segmentor.backbone.``) or ``flow.``.
        architecture: read off the shapes.
        metadata: what the file says: `config` and `classes` of a training run of ours, or ``config.json``.
        dropped: foreign keys that hold nothing to load: buffers that are derived, a classifier's head.
    """

    source: str
    format: str
    state: dict[str, Tensor]
    architecture: Architecture
    metadata: dict[str, Any]
    dropped: tuple[str, ...]


def read_checkpoint(source: str | Path) -> Checkpoint:
    """Read weights of this project, the MPVSS authors', detectron2, Hugging Face, timm or torchvision.

    The format is recognised by the names of the tensors. Nothing in the file is executed.

    Args:
        source: a file (``.safetensors``, ``.ckpt``, ``.pth``, ``.pt``, ``.bin``, ``.pkl``), a folder of Hugging Face,
            or ``hf://organisation/name``.

    Raises:
        FileNotFoundError: if there is no such file or model, or the hub cannot be reached.
        ValueError: if the file is damaged, would run code, or has keys that are not understood.
    """
    path = fetch(str(source)) if str(source).startswith(SCHEME) else Path(source)
    if not path.exists():
        raise FileNotFoundError(f"{path}: no such file or folder. Give a checkpoint, or hf://organisation/name.")
    tensors, metadata = read_folder(path) if path.is_dir() else read_file(path)
    try:
        form = recognise(tensors)
        state, dropped, unknown = translate(tensors, form.rules)
    except ValueError as error:
        raise ValueError(f"{source}: {error}") from error
    if unknown:
        log.info("%s: not understood: %s", source, ", ".join(unknown))
        raise ValueError(
            f"{source} looks like {form.name}, but {len(unknown)} of its {len(tensors)} tensors are not understood: "
            f"{abbreviate(unknown)}. It may be a variant with other modules; remove the tensors if they are not needed."
        )
    if dropped:
        log.debug("%s: not needed: %s", source, ", ".join(dropped))
    architecture = read_architecture(state, _num_heads(metadata))
    return Checkpoint(str(source), form.name, state, architecture, metadata, tuple(dropped))


def _num_heads(metadata: dict[str, Any]) -> int | None:
    run, folder, own = (metadata.get(key, {}) for key in ("config", "config.json", "architecture"))
    for known in (run.get("segmentor", {}).get("num_heads"), folder.get("num_attention_heads"), own.get("num_heads")):
        if known is not None:
            return int(known)
    return None
