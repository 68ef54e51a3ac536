"""A checkpoint of any known project, in our names."""

import logging
from pathlib import Path
from typing import Any, NamedTuple

from torch import Tensor

from mpvss.types import ClassList
from mpvss.weights.architecture import Architecture, read_architecture
from mpvss.weights.files import read_file, read_folder
from mpvss.weights.formats import recognise
from mpvss.weights.hub import SCHEME, fetch
from mpvss.weights.rules import abbreviate, translate
from mpvss.weights.stored_run import StoredRun, read_classes, read_run

log = logging.getLogger(__name__)


class Checkpoint(NamedTuple):
    """Weights and what is known of them.

    Attributes:
        source: where they came from.
        format: name of the format they were recognised as.
        state: our key -> tensor; keys begin with ``segmentor.`` (its backbone: ``segmentor.backbone.``) or ``flow.``.
        architecture: read off the shapes.
        run: the model and data of a training run of ours; None if the file does not tell.
        classes: that a training run of ours was for; None if the file does not tell.
        metadata: what the file says besides, such as ``config.json``.
        dropped: foreign keys that hold nothing to load: buffers that are derived, a classifier's head.
    """

    source: str
    format: str
    state: dict[str, Tensor]
    architecture: Architecture
    run: StoredRun | None
    classes: ClassList | None
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
        ValueError: if the file is damaged, would run code, names anything to call, or has keys that are not understood.
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
    run, classes = read_run(metadata, str(source)), read_classes(metadata, str(source))
    architecture = read_architecture(state, _num_heads(run, metadata))
    rest = {key: value for key, value in metadata.items() if key not in ("run", "config", "classes")}
    return Checkpoint(str(source), form.name, state, architecture, run, classes, rest, tuple(dropped))


def _num_heads(run: StoredRun | None, metadata: dict[str, Any]) -> int | None:
    folder, own = (metadata.get(key, {}) for key in ("config.json", "architecture"))
    stored = None if run is None else run.values.get("segmentor.num_heads")
    for known in (stored, folder.get("num_attention_heads"), own.get("num_heads")):
        if isinstance(known, int):
            return known
    return None
