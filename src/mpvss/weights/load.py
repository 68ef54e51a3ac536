"""Loading weights of any known project into a model, strictly: every key is used, missed or named."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from torch import Tensor, nn

from mpvss.weights.architecture import differences
from mpvss.weights.checkpoint import Checkpoint, read_checkpoint
from mpvss.weights.parts import BACKBONE, FLOW, SEGMENTOR, key_prefix, own_state
from mpvss.weights.position_tables import TABLE, resize_position_table
from mpvss.weights.rules import abbreviate

log = logging.getLogger(__name__)

_CLASS_HEAD = ".class_head."
_COUNTER = "num_batches_tracked"
_STAGE_NORMS = f"{BACKBONE}norms."


class LoadOutcome(NamedTuple):
    """What became of the keys; all of them ours.

    Attributes:
        checkpoint: what was read.
        loaded: keys that the model now has from it.
        interpolated: among them, position tables fitted to another window size.
        kept: the model's keys left as they were: a reset class head, the stage norms that an ImageNet Swin lacks,
            BatchNorm's counters.
        left_out: the checkpoint's keys of parts that the model does not have, such as the flow module.
    """

    checkpoint: Checkpoint
    loaded: tuple[str, ...]
    interpolated: tuple[str, ...]
    kept: tuple[str, ...]
    left_out: tuple[str, ...]


def load_weights(module: nn.Module, source: str | Path | Checkpoint, reset_class_head: bool = False) -> LoadOutcome:
    """Load weights into a propagator, a segmentor, a backbone, a flow module or a motion encoder.

    A larger checkpoint than the module will do: a segmentor takes its part of a whole model.

    Args:
        module: changed in place, unless there is an error.
        source: as for :func:`mpvss.weights.read_checkpoint`, or what it returned.
        reset_class_head: leave the class head at its initialisation.

    Returns:
        What became of every key.

    Raises:
        FileNotFoundError: if there is no such source.
        ValueError: if it cannot be read, lacks a part of the module, or does not fit it; names the overrides that
            make the module fit, and the keys.
    """
    checkpoint = source if isinstance(source, Checkpoint) else read_checkpoint(source)
    wanted = own_state(module)
    _check_parts(checkpoint, wanted)
    state, left_out = _select(checkpoint.state, wanted, key_prefix(module))
    if reset_class_head:
        state = {key: tensor for key, tensor in state.items() if _CLASS_HEAD not in key}
    state, interpolated = _fit_position_tables(state, wanted)
    kept = [key for key in wanted if key not in state and _may_be_missing(key, checkpoint, reset_class_head)]
    problems = _problems(checkpoint, module, state, wanted, kept)
    if problems:
        raise ValueError("\n".join([f"{checkpoint.source} ({checkpoint.format}) does not fit this model.", *problems]))
    prefix = key_prefix(module)
    module.load_state_dict({key.removeprefix(prefix): tensor for key, tensor in state.items()}, strict=False)
    outcome = LoadOutcome(checkpoint, tuple(state), tuple(interpolated), tuple(kept), tuple(left_out))
    _log(outcome)
    return outcome


def _check_parts(checkpoint: Checkpoint, wanted: Mapping[str, Tensor]) -> None:
    """Refuse a checkpoint that has nothing of a part the model has."""
    here, there = _parts(wanted), _parts(checkpoint.state)
    missing = [part for part in here if part not in there]
    if missing:
        option = f"weights.{there[-1] if there else 'model'}"
        raise ValueError(
            f"{checkpoint.source} ({checkpoint.format}) holds {' and '.join(there) or 'no part of a model'}, but "
            f"this model also needs {' and '.join(missing)}. To start that part from it, set "
            f"{option}={checkpoint.source}."
        )


def _parts(keys: Mapping[str, Tensor]) -> list[str]:
    """Name the parts that keys belong to, smallest model first."""
    heads = [key for key in keys if key.startswith(SEGMENTOR) and not key.startswith(BACKBONE)]
    found = {
        "backbone": any(key.startswith(BACKBONE) for key in keys),
        "segmentor": bool(heads),
        "flow": any(key.startswith(FLOW) for key in keys),
    }
    return [part for part, present in found.items() if present]


def _select(
    state: Mapping[str, Tensor], wanted: Mapping[str, Tensor], prefix: str
) -> tuple[dict[str, Tensor], list[str]]:
    """Take the keys of parts that the model has."""
    parts = {key.split(".")[0] for key in wanted}
    selected = {k: v for k, v in state.items() if k.startswith(prefix) and k.split(".")[0] in parts}
    return selected, [key for key in state if key not in selected]


def _fit_position_tables(state: dict[str, Tensor], wanted: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], list[str]]:
    resized = {
        key: resize_position_table(table, wanted[key].shape[0])
        for key, table in state.items()
        if key.endswith(TABLE) and key in wanted and table.shape[0] != wanted[key].shape[0]
    }
    return state | resized, list(resized)


def _may_be_missing(key: str, checkpoint: Checkpoint, reset_class_head: bool) -> bool:
    of_imagenet = not any(other.startswith(_STAGE_NORMS) for other in checkpoint.state)
    return (
        key.endswith(_COUNTER)
        or (key.startswith(_STAGE_NORMS) and of_imagenet and "segmentor" not in _parts(checkpoint.state))
        or (reset_class_head and _CLASS_HEAD in key)
    )


def _problems(
    checkpoint: Checkpoint, module: nn.Module, state: dict[str, Tensor], wanted: dict[str, Tensor], kept: list[str]
) -> list[str]:
    """Return a line for each way in which the checkpoint does not fit."""
    overrides = differences(checkpoint.architecture, module)
    reshaped = [key for key in wanted if key in state and state[key].shape != wanted[key].shape]
    heads = [key for key in reshaped if _CLASS_HEAD in key and state[key].shape[0] != wanted[key].shape[0]]
    lists = {
        "missing in it": [key for key in wanted if key not in state and key not in kept],
        "not used": [key for key in state if key not in wanted],
        "of another shape": [
            f"{key} {tuple(state[key].shape)} instead of {tuple(wanted[key].shape)}"
            for key in reshaped
            if key not in heads
        ],
    }
    lines = []
    if overrides:
        lines.append(f"To build the model that it was made for, set: {' '.join(overrides)}")
    if heads:
        theirs, ours = (tensors[heads[0]].shape[0] - 1 for tensors in (state, wanted))
        lines.append(
            f"Its class head has {theirs} classes, this model's {ours}, besides no object. Choose data with "
            f"{theirs} classes, or leave the head at its initialisation with weights_class_head=reset."
        )
    for what, keys in lists.items():
        if keys:
            log.info("%s: tensors %s: %s", checkpoint.source, what, ", ".join(keys))
            lines.append(f"Tensors {what}: {abbreviate(keys)} ({len(keys)}; the log has them all).")
    return lines


def _log(outcome: LoadOutcome) -> None:
    source, form = outcome.checkpoint.source, outcome.checkpoint.format
    log.info("%s (%s): loaded %d tensors", source, form, len(outcome.loaded))
    lists = {
        "interpolated to this window size": outcome.interpolated,
        "left at their initialisation": [key for key in outcome.kept if not key.endswith(_COUNTER)],
        "not used, of parts this model does not have": outcome.left_out,
    }
    for what, keys in lists.items():
        if keys:
            log.warning("%s: %d tensors %s: %s", source, len(keys), what, ", ".join(keys))
