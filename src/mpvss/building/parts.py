"""From a composed configuration to the parts of a run, weights included."""

import inspect
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import lightning
import torch
from hydra.core.hydra_config import HydraConfig
from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf
from torch import nn

from mpvss.classes import default_colours
from mpvss.data.datamodule import PairDataModule
from mpvss.data.loading.scored import ScoredData
from mpvss.training.checkpoint_io import AtomicCheckpointIO
from mpvss.training.loggers import build_loggers
from mpvss.types import ClassList
from mpvss.weights import Checkpoint, load_weights, read_checkpoint

TRAINED_GROUPS = ("backbone", "segmentor", "motion", "flow", "propagation", "data")
"""Groups that a checkpoint brings along: what its weights are, and what it was trained on."""

MODEL_GROUPS = ("backbone", "segmentor", "flow", "propagation")
"""Groups that a resumed run must have as it began."""


class Trained(NamedTuple):
    """A trained model that a run uses.

    Attributes:
        config: the run's configuration, with the checkpoint's own groups where it has any.
        checkpoint: weights and what is known of them.
        classes: that the model predicts; None if the checkpoint does not say.
    """

    config: DictConfig
    checkpoint: Checkpoint
    classes: ClassList | None


def build_datamodule(cfg: DictConfig) -> PairDataModule:
    """Build the data, and tell the configuration how many classes it has where it did not know.

    What is scored is opened now; what is trained on, when it is needed.
    """
    data = _copy(cfg).data
    parts = data.datamodule
    datamodule = PairDataModule(
        train=None if parts.train is None else partial(instantiate, parts.train),
        val=instantiate(parts.val),
        batch_size=data.batch_size,
        num_workers=data.num_workers,
        num_classes=data.num_classes,
    )
    if data.num_classes is None and datamodule.classes is not None:  # a folder of clips knows its classes itself
        OmegaConf.update(cfg, "data.num_classes", len(datamodule.classes.names))
    return datamodule


def scores_flow(cfg: DictConfig) -> bool:
    """Tell whether the data are pairs to score flow on, which have no labels; nothing is opened."""
    scored: type[ScoredData] = class_of(cfg.data.datamodule.val)
    return scored.scores_flow


def class_of(node: DictConfig) -> Any:
    """Return the class that a node would instantiate, by its constructor or a class method; untyped, as Hydra is."""
    make = instantiate(node, _partial_=True, _recursive_=False).func
    return make.__self__ if inspect.ismethod(make) else make


def build_model(cfg: DictConfig, node: str, checkpoint: Checkpoint | None = None) -> Any:
    """Instantiate a node that holds the propagator, and load the weights that the configuration names.

    ``backbone.weights``, ``segmentor.weights``, ``flow.encoder_weights``, ``flow.weights`` and ``weights`` (a whole
    model) are loaded in this order, each overriding what it contains; a checkpoint replaces them all.

    Args:
        cfg: composed configuration; not changed.
        node: ``propagation``, or ``module``, the LightningModule around it.
        checkpoint: of a whole model.

    Returns:
        The instance; untyped, as Hydra's ``instantiate`` is.

    Raises:
        FileNotFoundError: if weights are missing.
        ValueError: if they do not fit; names the overrides to set.
    """
    if cfg.weights_class_head not in ("load", "reset"):
        raise ValueError(f"weights_class_head must be load or reset; got {cfg.weights_class_head}.")
    reset = cfg.weights_class_head == "reset"
    cfg = _copy(cfg)
    sources = [("segmentor.backbone", cfg.backbone.pop("weights")), ("segmentor", cfg.segmentor.pop("weights"))]
    flow_sources = _pop_flow_weights(cfg.flow)
    sources = [*sources, ("", cfg.weights)] if checkpoint is None else [("", checkpoint)]
    if any(source for _, source in sources) and "pretrained" in cfg.backbone:
        cfg.backbone.pretrained = False
    if "update_segmentor" in cfg.propagation:  # Accel's second, smaller segmentor
        cfg.propagation.update_segmentor.backbone.pop("weights")
        flow_sources.append(("update_segmentor", cfg.propagation.update_segmentor.pop("weights")))
    if checkpoint is None:
        sources[-1:-1] = flow_sources
    instance = instantiate(cfg[node], _convert_="all")  # lists, not omegaconf's, as timm asks for
    propagation: nn.Module = getattr(instance, "propagation", instance)
    for part, source in sources:
        if source:
            load_weights(propagation.get_submodule(part), source, reset_class_head=reset)
    return instance


def find_resumed(cfg: DictConfig) -> Checkpoint | None:
    """Read the training run that ``ckpt_path`` resumes, if it names one.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if it is damaged, no training run's checkpoint, or of another model; names the keys that differ.
    """
    if not cfg.ckpt_path:
        return None
    checkpoint = read_checkpoint(cfg.ckpt_path)
    if "config" not in checkpoint.metadata or str(cfg.ckpt_path).endswith(".safetensors"):
        raise ValueError(
            f"ckpt_path={cfg.ckpt_path} ({checkpoint.format}) holds weights, but no training run to resume. "
            f"To start a new run from them, set weights={cfg.ckpt_path}."
        )
    theirs, ours = (_model_values(_copy(config)) for config in (checkpoint.metadata["config"], cfg))
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


def find_trained(cfg: DictConfig) -> Trained:
    """Read the trained model that an evaluating run names, and take over what it says of itself.

    ``ckpt_path`` or ``weights`` name a whole model; ``segmentor.weights`` does for methods without trained flow.
    ``flow.weights`` replaces the flow module of any of them.
    A checkpoint of ``train.py`` brings its model and data groups, except where the command line chose an option or
    set a key; another project's is fitted to the configuration.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if none is named, or flow would be estimated by untrained weights.
    """
    whole = cfg.ckpt_path or cfg.weights
    source = whole or cfg.segmentor.weights
    if not source:
        raise ValueError(
            "no model is named. Give ckpt_path=FILE of a training run, weights=FILE of another project's whole model, "
            "or segmentor.weights=FILE for per-frame segmentation or flow=copy."
        )
    checkpoint = read_checkpoint(source)
    if "config" in checkpoint.metadata:
        cfg = _as_trained(cfg, checkpoint.metadata["config"])
    OmegaConf.set_struct(cfg, False)
    if cfg.data.get("num_classes") is None:
        cfg.data.num_classes = checkpoint.architecture.num_classes
    has_flow = any(key.startswith("flow.") for key in checkpoint.state)
    if cfg.flow.get("weights"):  # the flow module has weights of its own
        has_flow = False
    elif cfg.interval > 1 and not has_flow and "flow" in cfg.propagation and _learns(_copy(cfg).flow):
        raise ValueError(
            f"{source} has no flow module, so flow={HydraConfig.get().runtime.choices['flow']} would be untrained. "
            "Set flow=copy, or interval=1 to segment every frame, or flow.weights=FILE, or give a whole model as "
            "ckpt_path."
        )
    if not has_flow:  # the flow module comes without weights or from elsewhere; the rest loads as a segmentor
        cfg.segmentor.weights, cfg.weights = source, None
    return Trained(cfg, checkpoint, _classes(checkpoint))


def is_oracle(cfg: DictConfig) -> bool:
    """Tell whether the segmentor is the oracle that knows the labels, and needs no checkpoint."""
    return str(cfg.segmentor._target_) == "mpvss.evaluation.GroundTruth"


def find_oracle(cfg: DictConfig) -> DictConfig:
    """Check the configuration of an oracle, ``segmentor=ground_truth``.

    Returns:
        The configuration, open to new keys.

    Raises:
        ValueError: if a model is named beside it, its flow reads queries, or would be estimated by untrained weights.
    """
    choices = HydraConfig.get().runtime.choices
    if cfg.ckpt_path or cfg.weights or cfg.segmentor.weights:
        raise ValueError(
            "segmentor=ground_truth is no model; got weights for one. Leave them out, or flow.weights=FILE."
        )
    if "num_queries" in cfg.flow or "update_segmentor" in cfg.propagation:
        raise ValueError(
            "segmentor=ground_truth has no query embeddings, and cannot be combined with "
            f"flow={choices['flow']} propagation={choices['propagation']}. Choose flow=copy, raft or optical_flow."
        )
    cfg = cfg.copy()
    OmegaConf.set_struct(cfg, False)
    if "flow" in cfg.propagation and not cfg.flow.get("weights") and _learns(_copy(cfg).flow):
        raise ValueError(f"flow={choices['flow']} would be untrained. Set flow.weights=FILE, or flow=copy.")
    return cfg


def option_of(cfg: DictConfig, group: str) -> str:
    """Name the option of a group that a configuration holds, which may be a checkpoint's.

    It is told by the class that it names, and by its `name`, if it has one; where no option is like it, it is what the
    command line chose.
    """
    chosen: str = HydraConfig.get().runtime.choices[group]
    (conf,) = (source.path for source in HydraConfig.get().runtime.config_sources if source.provider == "main")
    files = sorted((Path(conf) / group).glob("*.yaml"), key=lambda file: file.stem != chosen)
    for file in files:
        option = OmegaConf.load(file)
        assert isinstance(option, DictConfig)  # our files are no lists
        if all(option.get(key) == cfg[group].get(key) for key in ("_target_", "name")):
            return file.stem
    return chosen


def build_trainer(cfg: DictConfig, callbacks: list[lightning.Callback]) -> lightning.Trainer:
    """Build the Trainer with the configured loggers and callbacks, and some more callbacks."""
    callbacks = [*callbacks, *instantiate(cfg.callbacks).values()]
    return instantiate(cfg.trainer, callbacks=callbacks, logger=build_loggers(cfg), plugins=[AtomicCheckpointIO()])


def plain(cfg: DictConfig, resolve: bool) -> dict[str, Any]:
    """Turn a configuration into plain containers."""
    return OmegaConf.to_container(cfg, resolve=resolve)  # type: ignore[return-value]  # a DictConfig gives a dict


def _copy(cfg: DictConfig | dict[str, Any]) -> DictConfig:
    """Copy a configuration with its interpolations, open to new keys; ``instantiate`` would resolve them in place."""
    return OmegaConf.create(plain(cfg, resolve=False) if isinstance(cfg, DictConfig) else cfg)


def _model_values(cfg: DictConfig) -> dict[str, Any]:
    """What makes a model, by dotted key: each group once, and not where its first weights came from."""

    def values(node: DictConfig, prefix: str) -> Iterator[tuple[str, Any]]:
        for key in map(str, node):
            name = f"{prefix}.{key}"
            if OmegaConf.is_dict(node[key]):
                if not OmegaConf.is_interpolation(node, key):
                    yield from values(node[key], name)
            elif key not in ("weights", "encoder_weights", "pretrained"):
                yield name, node[key]

    return {key: value for group in MODEL_GROUPS for key, value in values(cfg[group], group)}


def _pop_flow_weights(flow: DictConfig) -> list[tuple[str, Any]]:  # the files, or None
    """Take the weights' files, which are not the module's own arguments, out of the flow's configuration."""
    return [("flow.motion_encoder", flow.pop("encoder_weights", None)), ("flow", flow.pop("weights", None))]


def _learns(cfg: DictConfig) -> bool:
    """Tell whether a node's instance has weights."""
    _pop_flow_weights(cfg)
    with torch.device("meta"):
        part: nn.Module = instantiate(cfg, _convert_="all")
    return any(True for _ in part.parameters())


def _as_trained(cfg: DictConfig, config: dict[str, Any]) -> DictConfig:
    overrides = [override.lstrip("+~").split("=")[0] for override in HydraConfig.get().overrides.task]
    given, cfg = cfg, _copy(cfg)
    for group in TRAINED_GROUPS:
        if group in overrides:
            continue
        set_keys = {key: OmegaConf.select(given, key) for key in overrides if key.startswith(f"{group}.")}
        cfg[group] = config[group]
        if group == "flow":  # what training started from does not matter any more
            _pop_flow_weights(cfg.flow)
        for key, value in set_keys.items():
            OmegaConf.update(cfg, key, value)
    cfg.backbone.weights = cfg.segmentor.weights = None  # nor here
    return cfg


def _classes(checkpoint: Checkpoint) -> ClassList | None:
    known = checkpoint.metadata.get("classes")
    if known:
        return ClassList(tuple(known["names"]), tuple((r, g, b) for r, g, b in known["colours"]))
    names = checkpoint.metadata.get("config.json", {}).get("id2label")
    if names:
        ordered = tuple(names[key] for key in sorted(names, key=int))
        return ClassList(ordered, default_colours(len(ordered)))
    return None
