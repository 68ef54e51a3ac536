"""Checkpoints of this and other projects enter, weights under our names leave; no code in them is ever run.

:func:`load_weights` puts a checkpoint into a model, :func:`convert` rewrites it as ours, :func:`read_checkpoint` is
below both: a file, folder or model on the hub is read (`files`, `hub`), its format is recognised by its keys
(`formats`), and a table of rules renames, splits and joins its tensors (`detectron2`, `hugging_face`, `authors`,
`timm_backbones`, `flow_networks`).
"""

from mpvss.weights.architecture import Architecture, describe, differences
from mpvss.weights.checkpoint import Checkpoint, read_checkpoint
from mpvss.weights.load import LoadOutcome, load_weights
from mpvss.weights.position_tables import resize_position_table
from mpvss.weights.save import convert, save_weights
from mpvss.weights.stored_run import StoredRun, flatten, is_plain

__all__ = [
    "Architecture",
    "Checkpoint",
    "LoadOutcome",
    "StoredRun",
    "convert",
    "describe",
    "differences",
    "flatten",
    "is_plain",
    "load_weights",
    "read_checkpoint",
    "resize_position_table",
    "save_weights",
]
