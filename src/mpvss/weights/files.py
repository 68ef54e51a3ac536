"""Checkpoint files and folders of any kind, read without executing code from them."""

import json
import logging
import pickle
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from mpvss.weights.numpy_pickle import read_numpy_pickle

log = logging.getLogger(__name__)

_WRAPPERS = ("state_dict", "model")
_WRITER_PREFIX = "module."
"""Put before every key by ``DistributedDataParallel``."""
_SINGLE_FILES = ("model.safetensors", "pytorch_model.bin")


class StoredTensors(NamedTuple):
    """What a file or folder holds.

    Attributes:
        tensors: key -> tensor, as stored.
        metadata: what it says of them, as plain values: a `run` (`config` in format 1) and its `classes`, a folder's
            `config.json`.
    """

    tensors: dict[str, Tensor]
    metadata: dict[str, Any]


def read_file(path: Path) -> StoredTensors:
    """Read a checkpoint file.

    Args:
        path: ``.safetensors``; ``.bin``, ``.pth``, ``.pt`` or ``.ckpt`` of ``torch.save``; or ``.pkl`` with numpy
            arrays. A state dict below ``state_dict`` or ``model`` is taken out.

    Raises:
        ValueError: if the file is damaged, holds no state dict, or would run code.
    """
    if path.suffix == ".safetensors":
        return _read_safetensors(path)
    of_numpy = path.suffix == ".pkl" and not zipfile.is_zipfile(path)
    content = read_numpy_pickle(path) if of_numpy else _read_torch(path)
    state = content
    for key in _WRAPPERS:
        if isinstance(state, Mapping) and isinstance(state.get(key), Mapping):
            state = state[key]
    metadata = {key: content[key] for key in ("run", "config", "classes") if state is not content and key in content}
    return StoredTensors(_as_tensors(state, path), metadata)


def read_folder(folder: Path) -> StoredTensors:
    """Read a Hugging Face model folder: ``config.json`` beside weights in one file or, with an index, in several.

    Args:
        folder: the folder; ``.safetensors`` is preferred to ``.bin``.

    Raises:
        FileNotFoundError: if it holds no weights, or not all that its index names.
        ValueError: if a file cannot be read.
    """
    config_file = folder / "config.json"
    metadata = {"config.json": json.loads(config_file.read_text())} if config_file.is_file() else {}
    for name in _SINGLE_FILES:
        index = folder / f"{name}.index.json"
        if (folder / name).is_file():
            files = [name]
        elif index.is_file():
            files = sorted(set(json.loads(index.read_text())["weight_map"].values()))
        else:
            continue
        absent = [file for file in files if not (folder / file).is_file()]
        if absent:
            raise FileNotFoundError(f"{index} names {', '.join(absent)}, not in {folder}. Download the folder again.")
        tensors = {key: tensor for file in files for key, tensor in read_file(folder / file).tensors.items()}
        return StoredTensors(tensors, metadata)
    ours = [*folder.glob("checkpoints/*.ckpt"), *folder.glob("*.ckpt")]
    if ours:
        named = min(ours, key=lambda file: file.name != "best.ckpt")
        raise FileNotFoundError(f"{folder} is the folder of a run. Give one of its checkpoints: {named}.")
    raise FileNotFoundError(
        f"{folder} holds no weights: expected {' or '.join(_SINGLE_FILES)}, or an index of several files. "
        "Give a checkpoint file, or a folder that save_pretrained of transformers wrote."
    )


def _read_safetensors(path: Path) -> StoredTensors:
    try:
        with safe_open(path, framework="pt") as file:
            header = file.metadata() or {}
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118  # no dict: keys() it is
    except SafetensorError as error:
        raise ValueError(f"{path} is damaged or no safetensors file: {error}. Download or copy it again.") from error
    # Ours holds JSON; of other files only text is known, and nothing is needed.
    return StoredTensors(tensors, json.loads(header["mpvss"]) if "mpvss" in header else {})


def _read_torch(path: Path) -> Any:  # whatever torch.save was given
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        log.debug("%s: %s", path, error)
        raise ValueError(
            f"{path} is damaged, or no checkpoint, or holds more than tensors and plain values and was refused, since "
            f"loading it could run code{_named_global(error)}. Save its state dict alone, or as .safetensors."
        ) from error
    except Exception as error:  # torch's unpickler trips over damage in many ways
        reason = str(error).strip().partition("\n")[0]
        said = f" ({reason})" if reason else ""
        raise ValueError(f"{path} is damaged or no checkpoint{said}. Give a checkpoint, or copy it again.") from error


def _named_global(error: pickle.UnpicklingError) -> str:
    """Name what a file wants to import; torch's own words advise to let it."""
    wanted = re.search(r"GLOBAL ([\w.]+)", str(error))
    return f" ({wanted[1]})" if wanted else ""


def _as_tensors(state: Any, path: Path) -> dict[str, Tensor]:
    pairs = state.items() if isinstance(state, Mapping) else ()
    if not pairs or not all(isinstance(k, str) and isinstance(v, Tensor | np.ndarray | np.number) for k, v in pairs):
        described = (
            f"keys {', '.join(map(str, list(state)[:5]))}" if isinstance(state, Mapping) else type(state).__name__
        )
        raise ValueError(
            f"{path} holds no state dict, at the top or below {' or '.join(_WRAPPERS)}; got {described}. "
            "Give a file that maps names to tensors."
        )
    wrapped = all(key.startswith(_WRITER_PREFIX) for key in state)
    tensors = {}
    for key, value in state.items():
        if not isinstance(value, Tensor) and np.asarray(value).dtype.kind not in "fiub":
            raise ValueError(
                f"{path}: {key} must hold numbers; got {np.asarray(value).dtype}. Remove it from the file."
            )
        tensor = value if isinstance(value, Tensor) else torch.from_numpy(np.array(value))
        tensors[key.removeprefix(_WRITER_PREFIX) if wrapped else key] = tensor
    return tensors
