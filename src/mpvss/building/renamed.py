"""Keys that had another name: what was typed, or stored, under the old one still counts."""

_RENAMED = {  # old key -> new key; keys below it follow
    "weights": "weights.model",
    "segmentor.weights": "weights.segmentor",
    "backbone.weights": "weights.backbone",
    "flow.weights": "weights.flow",
    "flow.encoder_weights": "weights.encoder",
    "propagation.update_segmentor.weights": "weights.update_segmentor",
    "motion": "flow_widths",
    "flow.num_heads": "flow_widths.num_heads",
    "flow.hidden_dim": "flow_widths.hidden_dim",
    "flow.encoder_channels": "flow_widths.encoder_channels",
    "peer": "reference",
    "data.max_distance": "data.val_max_gap",
    "metrics.offsets": "metrics.gaps",
    "compare": "rivals",
}
_REPLACED = {  # what was typed -> what says the same now
    "data.simulated_motion=true": "data/pairs=still",
    "data.simulated_motion=false": "data/pairs=video",
    "experiment=table_f": "cost=table_f",
    **{f"experiment=table_{name}_cost": f"cost=table_{name}" for name in ("1", "2", "3b", "h")},
}
_ALONE = ("weights",)
"""Keys whose new name is below the old one."""


def renamed(argument: str) -> str:
    """Give an override of the command line its key's present name.

    Example:
        >>> renamed("segmentor.weights=FILE"), renamed("++motion.hidden_dim=64"), renamed("weights.model=FILE")
        ('weights.segmentor=FILE', '++flow_widths.hidden_dim=64', 'weights.model=FILE')
    """
    if argument in _REPLACED:
        return _REPLACED[argument]
    key, sign, value = argument.partition("=")
    if value.startswith("{"):  # of a whole node, which has the present keys
        return argument
    name = key.lstrip("+~")
    prefix = key[: len(key) - len(name)]
    for old, new in _RENAMED.items():
        if name == old or (name.startswith(f"{old}.") and old not in _ALONE):
            return f"{prefix}{new}{name[len(old) :]}{sign}{value}"
    return argument
