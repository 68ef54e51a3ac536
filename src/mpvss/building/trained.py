"""The trained model that a command or a caller names: what it is, whose word counts, and what is loaded where."""

import logging
from collections.abc import Mapping
from typing import Any, NamedTuple

from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import InterpolationKeyError

from mpvss.building.composition import Composed, Request, compose_request, hydra_choices, hydra_request
from mpvss.building.model import Source, build_trained, learns, named_weights, sketch
from mpvss.building.stored import MODEL_GROUPS, compose_trained, run_of
from mpvss.classes import default_colours, numbered_classes
from mpvss.propagation import FixedInterval
from mpvss.types import ClassList
from mpvss.weights import Checkpoint, StoredRun, read_checkpoint

_log = logging.getLogger(__name__)


class Trained(NamedTuple):
    """A trained model that is used.

    Attributes:
        config: the configuration, with the checkpoint's own groups where it has any.
        choices: its options, by group.
        checkpoint: weights and what is known of them.
        classes: that the model predicts; None if the checkpoint does not say.
        sources: what is loaded, by key of :data:`mpvss.building.model.PARTS`.
    """

    config: DictConfig
    choices: dict[str, str]
    checkpoint: Checkpoint
    classes: ClassList | None
    sources: dict[str, Source]

    def build(self) -> Any:  # a propagator
        """Build the propagator, in eval mode; errors as of :func:`mpvss.building.model.build_trained`."""
        return build_trained(self.config, self.sources)

    @property
    def known_classes(self) -> ClassList:
        """The classes that the model predicts, numbered where nobody has named them."""
        return self.classes or numbered_classes(self.config.data.num_classes)


def find_trained(request: Request | None = None) -> Trained:
    """Read the trained model that a request names, and take over what it says of itself.

    ``ckpt_path`` or ``weights.model`` name a whole model; ``weights.segmentor`` does for methods without trained flow.
    ``weights.flow`` replaces the flow module of any of them. A checkpoint of ours brings its model and data groups,
    except where the request chooses an option or sets a key. What another project's is made of is read off its weights.

    Args:
        request: by default that of the command line that Hydra runs.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if none is named, or more than can be used, or flow would be estimated by untrained weights.
    """
    request = request or hydra_request()
    asked = compose_request(request)
    cfg, groups = asked.config, asked.groups
    FixedInterval(cfg.interval)  # which says what it must be
    if cfg.get("weights_class_head", "load") != "load":
        raise ValueError("weights_class_head=reset is for training: here the class head would be random. Leave it out.")
    named = named_weights(cfg)
    source = _source(cfg.ckpt_path, named)
    checkpoint = read_checkpoint(source)
    _check_agreement(checkpoint)
    run = checkpoint.run or _read_off(checkpoint, request)
    composed = compose_trained(request, groups, run, source)
    cfg = composed.config
    if cfg.data.get("num_classes") is None:
        cfg.data.num_classes = checkpoint.architecture.num_classes
    if cfg.data.num_classes is None and not all(key.startswith("flow.") for key in checkpoint.state):
        raise ValueError(f"{source} ({checkpoint.format}) holds no head with classes. Give a trained segmentor.")
    sources: dict[str, Source] = {"model": checkpoint}
    if "flow" in named:
        sources = {"segmentor": checkpoint, "flow": named["flow"]}
    elif cfg.interval > 1 and not _has_flow(checkpoint) and _learns_flow(composed):
        raise ValueError(
            f"{source} has no flow module, so flow={composed.choices['flow']} would be untrained. Set flow=copy, or "
            "interval=1 to segment every frame, or weights.flow=FILE, or give a whole model as ckpt_path."
        )
    elif not _has_flow(checkpoint) and _learns_flow(composed):  # every frame is segmented by itself
        composed = compose_trained(
            request.without("propagation").setting("propagation", "per_frame"), groups, run, source
        )
        composed.config.data.num_classes = cfg.data.num_classes
    return Trained(composed.config, composed.choices, checkpoint, _classes(checkpoint), sources)


def find_oracle(cfg: DictConfig) -> DictConfig | None:
    """Check the configuration of an evaluating command for an oracle, a segmentor that is told the labels.

    Returns:
        The configuration, open to new keys; None if its segmentor is no oracle.

    Raises:
        ValueError: if a model is named beside it, its flow reads queries, or would be estimated by untrained weights.
    """
    segmentor = sketch(_with_classes(cfg), "segmentor")
    if not segmentor.needs_labels:
        return None
    choices, named = hydra_choices(), named_weights(cfg)
    if cfg.ckpt_path or named.keys() - {"flow"}:
        raise ValueError(
            f"segmentor={choices['segmentor']} is no model; got weights for one. Leave them out, or weights.flow=FILE."
        )
    try:
        model = sketch(_with_classes(cfg), "propagation")
    except InterpolationKeyError:  # it has no number of queries to follow
        model = None
    if model is None or any(not name.startswith("flow.") for name, _ in model.named_parameters()):
        raise ValueError(
            f"segmentor={choices['segmentor']} has no query embeddings, and cannot be combined with "
            f"flow={choices['flow']} propagation={choices['propagation']}. Choose flow=copy, raft or optical_flow."
        )
    if learns(model.flow) and "flow" not in named:
        raise ValueError(f"flow={choices['flow']} would be untrained. Set weights.flow=FILE, or flow=copy.")
    cfg = cfg.copy()
    OmegaConf.set_struct(cfg, False)
    return cfg


def find_resumed(cfg: DictConfig, choices: Mapping[str, str]) -> Checkpoint | None:
    """Read the training run that ``ckpt_path`` resumes, if it names one.

    Args:
        cfg: composed configuration of the run that goes on.
        choices: its options.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if it is damaged, no training run's checkpoint, or of another model; names the keys that differ.
    """
    if not cfg.ckpt_path:
        return None
    checkpoint = read_checkpoint(cfg.ckpt_path)
    if checkpoint.run is None or str(cfg.ckpt_path).endswith(".safetensors"):
        raise ValueError(
            f"ckpt_path={cfg.ckpt_path} ({checkpoint.format}) holds weights, but no training run to resume. "
            f"To start a new run from them, set weights.model={cfg.ckpt_path}."
        )
    theirs, ours = (_what_makes_a_model(run) for run in (checkpoint.run, run_of(cfg, choices)))
    lines = [
        f"  {key}: {theirs.get(key)} there, {ours.get(key)} here"
        for key in sorted(theirs.keys() | ours.keys())
        if theirs.get(key) != ours.get(key)
    ]
    if lines:
        raise ValueError(
            "\n".join([f"ckpt_path={cfg.ckpt_path} is a run of another configuration:", *lines])
            + "\nResume it with its own, or start a new run."
        )
    return checkpoint


def _source(ckpt_path: str | None, named: Mapping[str, str]) -> str:
    """Choose the file that holds the model; the others that are named must be used, too."""
    candidates = {"ckpt_path": ckpt_path, **{f"weights.{part}": named.get(part) for part in ("model", "segmentor")}}
    given = {key: str(file) for key, file in candidates.items() if file}
    if not given:
        raise ValueError(
            "no model is named. Give ckpt_path=FILE of a training run, weights.model=FILE of another project's whole "
            "model, or weights.segmentor=FILE for per-frame segmentation or flow=copy."
        )
    unused = [*list(given)[1:], *(f"weights.{part}" for part in named if part not in ("model", "segmentor", "flow"))]
    if unused:
        raise ValueError(
            f"{next(iter(given))} names the model, so {unused[0]} would not be used. Leave one of them out; "
            "weights.flow=FILE replaces its flow module."
        )
    return next(iter(given.values()))


def _read_off(checkpoint: Checkpoint, request: Request) -> StoredRun:
    """Say of another project's weights what model they are; what cannot be read off is left to the request."""
    choices, values = checkpoint.architecture.options()
    if "flow" not in choices and request.config_name == "model":  # from Python, nobody has been asked yet
        choices["flow"] = "copy"
    said = [*(f"{group}={option}" for group, option in choices.items())]
    _log.info("%s (%s): read off its weights: %s", checkpoint.source, checkpoint.format, " ".join(said))
    return StoredRun(choices, values)


def _check_agreement(checkpoint: Checkpoint) -> None:
    """Refuse a checkpoint whose stored run or classes are not those of its own weights."""
    sizes = checkpoint.architecture.options()[1]
    stored = {} if checkpoint.run is None else checkpoint.run.values
    for key, size in sizes.items():
        if key in stored and stored[key] != size and not key.endswith("num_heads"):
            raise ValueError(
                f"{checkpoint.source}: its stored configuration is damaged: {key} is {stored[key]!r}, but its weights "
                f"are of {size}. Download or copy it again."
            )
    num_classes = checkpoint.architecture.num_classes
    if checkpoint.classes is not None and num_classes not in (None, len(checkpoint.classes.names)):
        raise ValueError(
            f"{checkpoint.source}: its stored classes are damaged: {len(checkpoint.classes.names)} names, but its "
            f"weights are of {num_classes} classes. Download or copy it again."
        )


def _has_flow(checkpoint: Checkpoint) -> bool:
    return any(key.startswith("flow.") for key in checkpoint.state)


def _learns_flow(composed: Composed) -> bool:
    return learns(sketch(composed.config, "propagation").flow)


def _with_classes(cfg: DictConfig) -> DictConfig:
    """Assume one class where only the data will say how many there are."""
    cfg = cfg.copy()
    OmegaConf.set_struct(cfg, False)
    if cfg.data.get("num_classes") is None:
        cfg.data.num_classes = 1
    return cfg


def _classes(checkpoint: Checkpoint) -> ClassList | None:
    if checkpoint.classes is not None:
        return checkpoint.classes
    names = checkpoint.metadata.get("config.json", {}).get("id2label")
    if names:
        ordered = tuple(names[key] for key in sorted(names, key=int))
        return ClassList(ordered, default_colours(len(ordered)))
    return None


def _what_makes_a_model(run: StoredRun) -> dict[str, Any]:  # options and plain values
    values = {
        key: value
        for key, value in run.values.items()
        if key.partition(".")[0] in MODEL_GROUPS and not key.endswith(".pretrained")
    }
    groups = {group: option for group, option in run.choices.items() if group in ("flow", "propagation", "segmentor")}
    return {**groups, **values, "data.num_classes": run.values.get("data.num_classes")}
