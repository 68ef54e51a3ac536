"""Names of detectron2's Mask2Former (its model zoo), and of the backbones it starts from.

Its ResNet counts stages from 2, and its Swin merges patches at the end of a stage, where timm's, and so ours,
does it at the start of the next. Joint projections of query, key and value are split.
"""

from mpvss.weights.rules import Rule, below

_DERIVED = (
    Rule(r".*(relative_position_index|relative_coords_table|attn_mask)", None),
    Rule(r"criterion\..+|pixel_mean|pixel_std", None),
)

_RESNET = (
    Rule(r"stem\.conv1\.weight", r"network.conv1.weight"),
    Rule(r"stem\.conv1\.norm\.(.+)", r"network.bn1.\1"),
    *(
        rule
        for stage in (1, 2, 3, 4)
        for rule in (
            Rule(rf"res{stage + 1}\.(\d+)\.conv(\d)\.weight", rf"network.layer{stage}.\1.conv\2.weight"),
            Rule(rf"res{stage + 1}\.(\d+)\.conv(\d)\.norm\.(.+)", rf"network.layer{stage}.\1.bn\2.\3"),
            Rule(rf"res{stage + 1}\.(\d+)\.shortcut\.weight", rf"network.layer{stage}.\1.downsample.0.weight"),
            Rule(rf"res{stage + 1}\.(\d+)\.shortcut\.norm\.(.+)", rf"network.layer{stage}.\1.downsample.1.\2"),
        )
    ),
)

_SWIN = (
    Rule(r"(patch_embed\..+)", r"\1"),
    *(Rule(rf"layers\.{stage}\.(downsample\..+)", rf"stages.{stage + 1}.\1") for stage in (0, 1, 2)),
    Rule(r"layers\.(\d\.blocks\..+)", r"stages.\1"),
    Rule(r"norm(\d)\.(.+)", r"norms.\1.\2"),
)

_CLASSIFIER = (Rule(r"(fc|head|norm)\.(weight|bias)", None), Rule(r"stem\.fc\..+", None))

BACKBONE = (*_DERIVED, *_RESNET, *_SWIN)

_PIXEL_DECODER = (
    Rule(r"input_proj\.(.+)", r"projections.\1"),
    Rule(r"transformer\.level_embed", r"level_embedding"),
    *below(
        (
            Rule(r"self_attn\.sampling_offsets\.(.+)", r"\1.attention.offsets.\2"),
            Rule(r"self_attn\.attention_weights\.(.+)", r"\1.attention.weights.\2"),
            Rule(r"self_attn\.(value|output)_proj\.(.+)", r"\1.attention.\2.\3"),
            Rule(r"norm1\.(.+)", r"\1.norm.\2"),
            Rule(r"linear1\.(.+)", r"\1.feed_forward.expand.\2"),
            Rule(r"linear2\.(.+)", r"\1.feed_forward.contract.\2"),
            Rule(r"norm2\.(.+)", r"\1.feed_forward.norm.\2"),
        ),
        r"transformer\.encoder\.layers\.(\d+)\.",
        "layers.",
    ),
    Rule(r"adapter_1\.norm\.(.+)", r"lateral.1.\1"),
    Rule(r"adapter_1\.weight", r"lateral.0.weight"),
    Rule(r"layer_1\.norm\.(.+)", r"smooth.1.\1"),
    Rule(r"layer_1\.weight", r"smooth.0.weight"),
    Rule(r"mask_features\.(.+)", r"mask_embedding.\1"),
)


def attention(theirs: str, module: str, ours: str) -> tuple[Rule, ...]:
    r"""Return the rules of a post-norm ``nn.MultiheadAttention`` with its LayerNorm.

    Args:
        theirs: regular expression before the layer's number, without groups.
        module: name of the ``nn.MultiheadAttention``.
        ours: template of our name for the layer, with ``\1`` for its number.
    """
    query, key, value = (f"{ours}.{name}." for name in ("query", "key", "value"))
    return (
        Rule(rf"{theirs}\.(\d+)\.{module}\.in_proj_(weight|bias)", (rf"{query}\2", rf"{key}\2", rf"{value}\2")),
        Rule(rf"{theirs}\.(\d+)\.{module}\.out_proj\.(.+)", rf"{ours}.output.\2"),
        Rule(rf"{theirs}\.(\d+)\.norm\.(.+)", rf"{ours}.norm.\2"),
    )


def feed_forward(theirs: str, ours: str) -> tuple[Rule, ...]:
    """Return the rules of a post-norm feed-forward network; arguments as of :func:`attention`."""
    return (
        Rule(rf"{theirs}\.(\d+)\.linear1\.(.+)", rf"{ours}.expand.\2"),
        Rule(rf"{theirs}\.(\d+)\.linear2\.(.+)", rf"{ours}.contract.\2"),
        Rule(rf"{theirs}\.(\d+)\.norm\.(.+)", rf"{ours}.norm.\2"),
    )


_QUERY_DECODER = (
    *attention("transformer_cross_attention_layers", "multihead_attn", r"layers.\1.cross_attention"),
    *attention("transformer_self_attention_layers", "self_attn", r"layers.\1.self_attention"),
    *feed_forward("transformer_ffn_layers", r"layers.\1.feed_forward"),
    Rule(r"decoder_norm\.(.+)", r"norm.\1"),
    Rule(r"(query_feat|static_query)\.weight", r"query_content.weight"),  # renamed in version 2 of the model zoo
    Rule(r"query_embed\.weight", r"query_position.weight"),
    Rule(r"level_embed\.weight", r"level_embedding.weight"),
    Rule(r"class_embed\.(.+)", r"class_head.\1"),
    Rule(r"mask_embed\.layers\.([01])\.(.+)", r"mask_head.hidden.\1.\2"),
    Rule(r"mask_embed\.layers\.2\.(.+)", r"mask_head.output.\1"),
)

MASK2FORMER = (
    *below(BACKBONE, r"backbone\.", "segmentor.backbone."),
    *_DERIVED,
    *below(_QUERY_DECODER, r"sem_seg_head\.predictor\.", "segmentor.query_decoder."),
    # Version 1 of the model zoo has no "pixel_decoder." in its keys.
    *below(_PIXEL_DECODER, r"sem_seg_head\.(?:pixel_decoder\.)?", "segmentor.pixel_decoder."),
)

IMAGENET_BACKBONE = below((*_CLASSIFIER, *BACKBONE), r"(?:backbone\.)?", "segmentor.backbone.")
