"""Pickles of numpy arrays, as detectron2's model zoo has them, without running anything else they contain.

A pickle may name any importable function and have it called while it is read. This reader resolves the few
names that arrays consist of and refuses all others before they are imported.
"""

import pickle
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np


def read_numpy_pickle(path: Path) -> Any:
    """Read a pickle of dictionaries, lists, numbers, strings and numpy arrays.

    Args:
        path: the file.

    Returns:
        Its content, of whichever of these types it is.

    Raises:
        ValueError: if the file is damaged, or would import anything but what numpy arrays need.
    """
    try:
        with path.open("rb") as file:
            return _ArrayUnpickler(file, encoding="latin1").load()
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error
    except Exception as error:  # whatever an opcode of a damaged pickle trips over
        raise ValueError(f"{path} is not a readable pickle ({error}). Download or copy it again.") from error


class _ArrayUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:  # an array type, dtype, or function that rebuilds one
        # numpy 2 renamed numpy.core; files of either version are read by either.
        known = _KNOWN.get((module.replace("numpy.core", "numpy._core"), name))
        if known is None:
            raise ValueError(
                f"refused: this pickle wants to import {module}.{name}, which could run any code; "
                "only numpy arrays are read. Do not use this file unless you trust its source; to import it all "
                "the same, save its arrays as .safetensors first."
            )
        return known


def _encode(text: str, encoding: str) -> bytes:
    """Turn text back into the bytes it stands for: how protocol 2 writes array data."""
    if encoding != "latin1":
        raise ValueError(f"array data in a pickle is written as latin1; got {encoding!r}. Is the file damaged?")
    return text.encode("latin1")


def _no_bytes() -> bytes:
    """Stand for the data of an empty array, which protocol 2 writes as a call of ``bytes``."""
    return b""


def _scalar(dtype: np.dtype, data: bytes) -> np.generic:
    """Rebuild a single number."""
    return _frombuffer(data, dtype, (1,), "C")[0]


def _frombuffer(data: bytes, dtype: np.dtype, shape: tuple[int, ...], order: str) -> np.ndarray:
    """Rebuild an array of protocol 5."""
    if dtype.hasobject:
        raise ValueError(f"arrays must hold numbers; got {dtype}. Save the file without Python objects.")
    # A copy, since the buffer is read-only.
    return np.frombuffer(data, dtype).reshape(shape, order="F" if order == "F" else "C").copy()


_KNOWN = {
    ("collections", "OrderedDict"): OrderedDict,
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
    ("numpy._core.multiarray", "_reconstruct"): np.empty(0).__reduce__()[0],
    ("numpy._core.multiarray", "scalar"): _scalar,
    ("numpy._core.numeric", "_frombuffer"): _frombuffer,
    ("_codecs", "encode"): _encode,
    ("__builtin__", "bytes"): _no_bytes,
}
