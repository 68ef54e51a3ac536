"""Checkpoints of format 1, which held a run's whole configuration, in today's words.

Their configuration named classes to import and call. Here it is compared with what the configuration groups of that
time (0.1.0) said, and turned into choices among today's options and plain values. Nothing that is named is imported.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

_TARGETS = {  # group -> every class that its options named, at any depth
    "backbone": "mpvss.backbone.ConvBackbone mpvss.backbone.SwinBackbone",
    "segmentor": "mpvss.segmentor.mask2former mpvss.segmentor.GroundTruth mpvss.backbone.ConvBackbone "
    "mpvss.backbone.SwinBackbone",
    "flow": "mpvss.flow.query_flow mpvss.flow.query_learned mpvss.flow.query_random mpvss.flow.query_for_pf "
    "mpvss.flow.optical_flow mpvss.flow.raft mpvss.flow.CopyFlow",
    "propagation": "mpvss.propagation.MaskPropagation mpvss.propagation.BidirectionalPropagation "
    "mpvss.propagation.PerFrame mpvss.propagation.FeaturePropagation mpvss.propagation.ScoreFusion "
    "mpvss.segmentor.mask2former mpvss.backbone.ConvBackbone mpvss.backbone.SwinBackbone",
    "data": "mpvss.data.VideoDataModule mpvss.data.FlowDataModule mpvss.data.SyntheticVideos mpvss.data.ClipFolder "
    "mpvss.data.ClipFolder.open mpvss.data.Cityscapes mpvss.data.VideoFiles mpvss.data.open_videos "
    "mpvss.data.FlyingChairs mpvss.data.Middlebury mpvss.data.PairDataset mpvss.data.ShuffledPairs "
    "mpvss.data.PairTransform mpvss.data.SimulatedMotion mpvss.data.PhotometricChange hydra.utils.get_object",
    "keyframes": "mpvss.propagation.schedule.FixedInterval",
    "criterion": "mpvss.criterion.MaskCriterion mpvss.criterion.HungarianMatcher mpvss.criterion.FlowError",
    "metrics": "mpvss.metrics.VideoMetrics",
    "optim": "torch.optim.AdamW mpvss.optim.PolynomialSchedule",
    "module": "mpvss.module.MPVSS mpvss.flow_module.FlowPretraining mpvss.criterion.FlowError",
    "trainer": "lightning.Trainer lightning.pytorch.strategies.ModelParallelStrategy",
    "callbacks": "mpvss.callbacks.BestCheckpoint mpvss.callbacks.GradientNorm mpvss.callbacks.LastCheckpoint "
    "mpvss.callbacks.ModelCard mpvss.callbacks.NonFiniteLoss mpvss.callbacks.RandomState mpvss.callbacks.StepTimes "
    "mpvss.callbacks.ValidationPictures lightning.pytorch.callbacks.LearningRateMonitor "
    "lightning.pytorch.callbacks.RichProgressBar lightning.pytorch.callbacks.WeightAveraging "
    "torch.optim.swa_utils.get_ema_multi_avg_fn",
    "logger": "lightning.pytorch.loggers.WandbLogger lightning.pytorch.loggers.CSVLogger",
}

_BACKBONES = {  # timm's name -> option
    "resnet50.tv_in1k": "r50",
    "resnet101.tv_in1k": "r101",
    "swin_tiny_patch4_window7_224.ms_in1k": "swin_t",
    "swin_small_patch4_window7_224.ms_in1k": "swin_s",
    "swin_base_patch4_window12_384.ms_in22k": "swin_b",
    "swin_large_patch4_window12_384.ms_in22k": "swin_l",
    "mobilenetv2_100.ra_in1k": "mobilenetv2",
    "test_resnet.r160_in1k": "tiny",
}
_FAMILIES = {"mpvss.backbone.ConvBackbone": "r50", "mpvss.backbone.SwinBackbone": "swin_t"}
"""Where a name is none of these: an option of the same class, whose name the stored one replaces."""

_FLOWS = {"mpvss.flow.CopyFlow": "copy"}  # the others are called as their options
_PROPAGATIONS = {
    "mpvss.propagation.MaskPropagation": "masks",
    "mpvss.propagation.BidirectionalPropagation": "bidirectional",
    "mpvss.propagation.PerFrame": "per_frame",
    "mpvss.propagation.FeaturePropagation": "dff",
    "mpvss.propagation.ScoreFusion": "accel",
}
_DATA = ("synthetic", "vspw", "cityscapes", "camvid", "clips", "video", "synthetic_flow", "flying_chairs", "middlebury")

_UNLABELLED = ("flying_chairs", "middlebury")

_SECOND = "propagation.update_segmentor"  # of Accel
_SECOND_BACKBONE = f"backbone@{_SECOND}.backbone"

_WIDTHS = ("num_heads", "hidden_dim", "encoder_channels", "step_channels", "input_scale")
"""Of a flow: they followed the group `motion`, today's `flow_widths`."""

_SIZES = (
    "num_queries", "dim", "num_heads", "encoder_layers", "encoder_hidden_dim", "decoder_layers", "decoder_hidden_dim",
)  # fmt: skip

_FOLLOWED = {  # key -> what it may refer to; today's options have the same references, or none is needed
    "segmentor.backbone": r"\$\{backbone\}",
    "segmentor.num_classes": r"\$\{data\.num_classes\}",
    "flow.num_queries": r"\$\{segmentor\.num_queries\}",
    "flow.dim": r"\$\{segmentor\.dim\}",
    **{f"flow.{name}": rf"\$\{{motion\.(flownet_)?{name}\}}" for name in _WIDTHS},
    "propagation.segmentor": r"\$\{segmentor\}",
    "propagation.flow": r"\$\{flow\}",
    "propagation.num_classes": r"\$\{segmentor\.num_classes\}",
    f"{_SECOND}.num_classes": r"\$\{segmentor\.num_classes\}",
    f"{_SECOND}.backbone.pretrained": r"\$\{backbone\.pretrained\}",
    **{f"{_SECOND}.{name}": rf"\$\{{segmentor\.{name}\}}" for name in _SIZES},
    "data.max_gap": r"\$\{interval\}",
    "data.max_distance": r"\$\{interval\}",
    "data.root": r"\$\{oc\.env:(VSPW|CITYSCAPES|CAMVID|FLYING_CHAIRS|MIDDLEBURY)_ROOT,data/\w+\}",
}

_BUILT = "data.datamodule."
"""What its options built of the plain keys of `data`; today's options do so in their own way."""
_BUILT_VALUES = {  # last part of a key below it -> values that the options gave it
    "transform": (None,), "val": (None,), "train": (None,), "split": ("train", "val"), "with_flow": (True,),
    "max_class_area": (1,), "batch_size": (1,), "camera_speed": (0.007,), "region_speed": (0.02,), "num_regions": (3,),
}  # fmt: skip
_OBJECTS = ("mpvss.data.vspw.VSPW_CLASSES", "mpvss.data.vspw.VSPW_HINT")
"""What ``hydra.utils.get_object`` was asked for, which imports whatever it is given."""

_UNUSED = ("data.name", "data.hint", "data.simulated_motion")
"""Keys that say what the chosen option says."""
_ONLY_OF = {  # key -> values that mean nothing where the option is not the one that has it
    "data.moving_classes": (None,),  # of simulated motion
    "data.num_classes": (1,),  # of pairs without labels, which had to say a number
}

_STARTS = ("weights", "encoder_weights")
"""Keys of the files that training started from: what they held is in the checkpoint."""


def translate_format_1(config: Any, source: str) -> tuple[dict[str, str], dict[str, Any]]:
    """Turn a stored configuration into choices and values.

    Args:
        config: as stored: nested mappings, references not followed.
        source: the file, for errors.

    Returns:
        Choices and values of a :class:`~mpvss.weights.stored_run.StoredRun`.

    Raises:
        ValueError: if it is damaged, or names a class, reference or value that no option of that time did.
    """
    if not isinstance(config, Mapping) or not all(isinstance(key, str) for key in config):
        raise _damaged(source, "config must map keys to values")
    leaves = dict(_leaves(config, "", source))
    for key, value in leaves.items():
        _check_target(key, value, source)
    choices = _choices(config, leaves, source)
    groups = ("backbone", "segmentor", "motion", "flow", "propagation", "data")
    values: dict[str, Any] = {}
    for key, value in leaves.items():
        if key.partition(".")[0] not in groups or _is_settled(key, value, source):
            continue
        if value in _ONLY_OF.get(key, ()) and (key != "data.num_classes" or choices["data"] in _UNLABELLED):
            continue
        values[_today(key, choices["flow"])] = value
    return choices, values


def _leaves(node: Mapping[str, Any], prefix: str, source: str) -> Iterator[tuple[str, Any]]:
    for key, value in node.items():
        if not isinstance(key, str):
            raise _damaged(source, f"{prefix or 'config'} has the key {key!r}, which is no text")
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{name}.", source)
            continue
        if isinstance(value, list | tuple):
            _check_list(name, value, source)
        elif value is not None and not isinstance(value, bool | int | float | str):
            raise _damaged(source, f"{name} is {type(value).__name__}, no plain value")
        yield name, value


def _check_list(name: str, values: Any, source: str) -> None:  # a list or tuple
    """Refuse what no option had: mappings in lists, which could name something to call, and references."""
    for value in values:
        if isinstance(value, list | tuple):
            _check_list(name, value, source)
        elif not (value is None or isinstance(value, bool | int | float | str)) or "${" in str(value):
            raise _refused(source, name, value)


def _check_target(key: str, value: Any, source: str) -> None:
    group, _, last = key.partition(".")[0], "", key.rpartition(".")[2]
    if last == "_target_":
        if value not in _TARGETS.get(group, "").split():
            raise _refused(source, key, value)
    elif last == "_partial_":
        if value is not True or not key.startswith((_BUILT, "optim.")):
            raise _refused(source, key, value)
    elif any(part.startswith("_") for part in key.split(".")):
        raise _refused(source, key, value)


def _choices(config: Mapping[str, Any], leaves: Mapping[str, Any], source: str) -> dict[str, str]:
    flow = leaves.get("flow._target_", "")
    chosen = {
        "backbone": _backbone("backbone", leaves),
        "segmentor": "ground_truth" if leaves.get("segmentor._target_") == "mpvss.segmentor.GroundTruth" else
        "mask2former",
        "flow_widths": "paper",  # all of its values are stored
        "flow": _FLOWS.get(flow, str(flow).rpartition(".")[2]),
        "propagation": _PROPAGATIONS.get(leaves.get("propagation._target_", "")),
        "data": leaves.get("data.name") if leaves.get("data.name") in _DATA else None,
    }  # fmt: skip
    if "data.simulated_motion" in leaves:
        chosen["data/pairs"] = "still" if leaves["data.simulated_motion"] is True else "video"
    if f"{_SECOND}._target_" in leaves:
        chosen[_SECOND_BACKBONE] = _backbone(f"{_SECOND}.backbone", leaves)
    for group, option in chosen.items():
        if not option:
            raise _damaged(source, f"it does not say which {group} the model has")
    return {group: str(option) for group, option in chosen.items()}


def _backbone(key: str, leaves: Mapping[str, Any]) -> str | None:
    family = _FAMILIES.get(leaves.get(f"{key}._target_", ""))
    return _BACKBONES.get(leaves.get(f"{key}.name", ""), family) if family else None


def _is_settled(key: str, value: Any, source: str) -> bool:
    """Tell whether today's options say the same of a key without being told; refuse what they cannot say."""
    last = key.rpartition(".")[2]
    if last.startswith("_") or last in _STARTS:
        return True
    if key in ("data.class_names.path", "data.hint.path"):
        if value not in _OBJECTS:
            raise _refused(source, key, value)
        return True
    refers = isinstance(value, str) and "${" in value
    if key.startswith(_BUILT):
        if refers and re.fullmatch(r"\$\{(data\.\w+|seed)\}", value):
            return True
        if not refers and value in _BUILT_VALUES.get(last, ()):
            return True
        raise _refused(source, key, value)
    if refers:
        if not re.fullmatch(_FOLLOWED.get(key, "(?!)"), value):
            raise _refused(source, key, value)
        return True
    return key in _UNUSED


def _today(key: str, flow: str) -> str:
    """Give a key its present name."""
    group, _, rest = key.partition(".")
    if group == "flow" and flow == "optical_flow" and rest == "step_channels":
        return "flow_widths.flownet_step_channels"
    if group == "motion" or (group == "flow" and flow != "raft" and rest in _WIDTHS):
        return f"flow_widths.{rest}"
    return {"data.max_distance": "data.val_max_gap"}.get(key, key)


def _refused(source: str, key: str, value: Any) -> ValueError:
    text = repr(value)
    return ValueError(
        f"{source}: its stored configuration is refused: {key}={text if len(text) <= 80 else text[:77] + '...'} is "
        "nothing that an option of mpvss says. Only load checkpoints that mpvss wrote."
    )


def _damaged(source: str, what: str) -> ValueError:
    return ValueError(f"{source}: its stored configuration is damaged: {what}. Download or copy it again.")
