"""From what a checkpoint has stored of its run to a configuration, and back."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hydra.core.global_hydra import GlobalHydra
from omegaconf import DictConfig, OmegaConf

from mpvss.building.composition import Composed, Request, compose_request, our_groups, plain
from mpvss.building.conf_folder import conf_folder
from mpvss.weights import StoredRun, flatten, is_plain

MODEL_GROUPS = ("backbone", "segmentor", "flow_widths", "flow", "propagation")
"""Groups that say what a model is; a resumed run must have them as it began."""

TRAINED_GROUPS = (*MODEL_GROUPS, "data")
"""Groups that a checkpoint brings along: what its weights are, and what it was trained on."""


def compose_trained(request: Request, groups: frozenset[str], run: StoredRun, source: str) -> Composed:
    """Compose what is asked for, with the model and data of a checkpoint where the request does not say otherwise.

    An option of the request replaces a stored one, with all values below it; a key of the request replaces a stored
    value. Groups that the request's configuration does not have are left out.

    Args:
        request: what is asked for.
        groups: that its configuration has a place for.
        run: as the checkpoint has stored it.
        source: the checkpoint's file, for errors.

    Raises:
        ValueError: if the request cannot be composed, or the run names an option or a key that is not among ours.
    """
    groups = groups & set(TRAINED_GROUPS)
    chosen = {_root(key) for key in request.keys if _is_group(key)}
    wanted = {group: option for group, option in run.choices.items() if _root(group) in groups - chosen}
    for group, option in wanted.items():
        _check_option(group, option, source)
    added = (
        _added_or_set(override, key, wanted) for override, key in zip(request.overrides, request.keys, strict=True)
    )
    overrides = (*(f"{group}={option}" for group, option in wanted.items()), *added)
    try:
        composed = compose_request(Request(request.config_name, overrides))
    except ValueError as error:  # without the stored options it could be composed
        reason = " ".join(str(error.__cause__).split())
        raise ValueError(f"{source}: its stored configuration is refused: {reason}") from error
    for key, value in run.values.items():
        root = _root(key)
        if root not in TRAINED_GROUPS or root in chosen or _is_set(key, request.keys):
            continue
        _set(composed.config, key, value, source, known_only=root not in groups)
    return composed


def run_of(cfg: DictConfig, choices: Mapping[str, str]) -> StoredRun:
    """Say what model and data a configuration describes, so that it can be composed again.

    All values are stored, defaults too, so that a later change of a default does not change a trained model; what
    follows another key still follows it.

    Args:
        cfg: composed configuration of a training run; not changed.
        choices: its options.

    Raises:
        ValueError: if it names a class that the chosen options do not, which a checkpoint cannot say.
    """
    wanted = {group: option for group, option in choices.items() if _root(group) in TRAINED_GROUPS}
    base = compose_request(Request("train", tuple(f"{group}={option}" for group, option in wanted.items()))).config
    ours, theirs = (dict(flatten(_plain(node))) for node in (cfg, base))
    values: dict[str, Any] = {}  # plain ones
    for key, raw in ours.items():
        if _root(key) not in TRAINED_GROUPS:
            continue
        if key.rpartition(".")[2].startswith("_"):
            if raw != theirs.get(key):
                raise ValueError(
                    f"{key}={raw} is not what an option of conf/{_root(key)} says, so a checkpoint could not say it "
                    "either. Write an option of your own, a file in that folder, and choose it."
                )
        elif not (isinstance(raw, str) and "${" in raw and raw == theirs.get(key)):
            value = OmegaConf.select(cfg, key)
            value = OmegaConf.to_container(value) if OmegaConf.is_config(value) else value
            if not is_plain(value):
                raise ValueError(f"{key} must be a number, a text or a list of such to be stored; got {value!r}.")
            values[key] = value
    return StoredRun(wanted, values)


def _plain(cfg: DictConfig) -> dict[str, Any]:
    """The trained groups alone: others may refer to what only Hydra's own run knows."""
    return {group: plain(cfg, resolve=False)[group] for group in TRAINED_GROUPS if OmegaConf.is_dict(cfg.get(group))}


def _root(key: str) -> str:
    """The first word of where a key or a group stands: ``propagation`` of ``backbone@propagation.update_segmentor``."""
    return key.rpartition("@")[2].replace("/", ".").partition(".")[0]


def _is_group(key: str) -> bool:
    return "@" in key or (conf_folder() / key).is_dir()


def _added_or_set(override: str, key: str, wanted: Mapping[str, str]) -> str:
    """Let an override that adds a key set it where the option that the checkpoint chooses has it."""
    adds = override.startswith("+") and not override.startswith("++")
    return f"+{override}" if adds and _root(key) in wanted else override


def _is_set(key: str, given: Sequence[str]) -> bool:
    return any(key == other or key.startswith(f"{other}.") for other in given)


def _check_option(group: str, option: str, source: str) -> None:
    with our_groups():
        options = GlobalHydra.instance().config_loader().get_group_options(group.partition("@")[0])
    if option not in options:
        raise ValueError(
            f"{source}: its stored configuration is refused: {group}={option} is no option. Those of conf/"
            f"{group.partition('@')[0]} are {', '.join(options) or 'none'}."
        )


def _set(cfg: DictConfig, key: str, value: Any, source: str, known_only: bool) -> None:
    """Set a stored value where the options that were chosen have its key, and a value of that kind."""
    parent, _, last = key.rpartition(".")
    node = OmegaConf.select(cfg, parent)
    known = OmegaConf.is_dict(node) and last in node.keys()  # noqa: SIM118  # those without a value, too
    if not known and known_only:  # a group that the command does not need
        return
    if not known and not all(isinstance(part, int | float) for part in _parts(value)):
        raise ValueError(
            f"{source}: its stored configuration is refused: {key} is not a key of the options that it chooses. "
            "Only load checkpoints that mpvss wrote."
        )
    if key.endswith("backbone.name") and ":" in str(value):  # timm would fetch what it points at
        raise ValueError(f"{source}: its stored configuration is refused: {key}={value!r} is no name of a timm model.")
    if known and not _fits(value, OmegaConf.to_container(cfg.copy(), resolve=False), key):
        raise ValueError(
            f"{source}: its stored configuration is damaged: {key} must be like "
            f"{OmegaConf.select(cfg, key)!r}; got {value!r}."
        )
    OmegaConf.update(cfg, key, value, force_add=True)


def _parts(value: Any) -> Iterator[Any]:  # plain values
    if isinstance(value, list | tuple):
        for part in value:
            yield from _parts(part)
    else:
        yield value


def _fits(value: Any, tree: Any, key: str) -> bool:  # a plain value, a plain tree
    """Tell whether a value is of the kind of the one that it replaces, as far as that tells."""
    for part in key.split("."):
        tree = tree[part]
    if isinstance(tree, dict):
        return False
    if tree is None or value is None or (isinstance(tree, str) and "${" in tree):
        return True
    return _kind(tree) == _kind(value)


def _kind(value: Any) -> str:  # a plain value
    if isinstance(value, bool):
        return "bool"
    return "number" if isinstance(value, int | float) else "text" if isinstance(value, str) else "list"
