"""Names of Hugging Face's ``Mask2FormerForUniversalSegmentation`` with a Swin backbone.

Its Swin keeps query, key and value apart, where ours joins them; its query decoder joins them in cross-attention
only. Published files and the modules of recent versions of transformers name the Swin's parts differently;
both are known here.
"""

from mpvss.weights.rules import Rule, below

_ENCODER = r"model\.pixel_level_module\.encoder\."

_SWIN_BLOCK = (
    *(
        Rule(rf"attention\.(?:self\.{name}|{name[0]}_proj)\.(.+)", r"\1.blocks.\2.attn.qkv.\3", part=part)
        for part, name in enumerate(("query", "key", "value"))
    ),
    Rule(r"attention\.[a-z_]+\.(relative_position_bias_table)", r"\1.blocks.\2.attn.\3"),
    Rule(r"attention\.(?:output\.dense|o_proj)\.(.+)", r"\1.blocks.\2.attn.proj.\3"),
    Rule(r"layernorm_before\.(.+)", r"\1.blocks.\2.norm1.\3"),
    Rule(r"layernorm_after\.(.+)", r"\1.blocks.\2.norm2.\3"),
    Rule(r"(?:intermediate\.dense|mlp\.fc1)\.(.+)", r"\1.blocks.\2.mlp.fc1.\3"),
    Rule(r"(?:output\.dense|mlp\.fc2)\.(.+)", r"\1.blocks.\2.mlp.fc2.\3"),
)

_SWIN = (
    Rule(r"embeddings\.patch_embeddings\.projection\.(.+)", r"patch_embed.proj.\1"),
    Rule(r"embeddings\.norm\.(.+)", r"patch_embed.norm.\1"),
    *(Rule(rf"encoder\.layers\.{stage}\.(downsample\..+)", rf"stages.{stage + 1}.\1") for stage in (0, 1, 2)),
    *below(_SWIN_BLOCK, r"encoder\.layers\.(\d)\.blocks\.(\d+)\.", "stages."),
    Rule(r"layernorm\..+", None),  # of the last hidden state, which a pyramid does not read
)

_STAGE_NORMS = (
    *(Rule(rf"hidden_states_norms\.stage{stage + 1}\.(.+)", rf"norms.{stage}.\1") for stage in range(4)),
    Rule(r"hidden_states_norms\.(\d)\.(.+)", r"norms.\1.\2"),
)

_PIXEL_DECODER = (
    Rule(r"input_projections\.(.+)", r"projections.\1"),
    Rule(r"level_embed", r"level_embedding"),
    *below(
        (
            Rule(r"self_attn\.sampling_offsets\.(.+)", r"\1.attention.offsets.\2"),
            Rule(r"self_attn\.attention_weights\.(.+)", r"\1.attention.weights.\2"),
            Rule(r"self_attn\.(value|output)_proj\.(.+)", r"\1.attention.\2.\3"),
            Rule(r"self_attn_layer_norm\.(.+)", r"\1.norm.\2"),
            Rule(r"fc1\.(.+)", r"\1.feed_forward.expand.\2"),
            Rule(r"fc2\.(.+)", r"\1.feed_forward.contract.\2"),
            Rule(r"final_layer_norm\.(.+)", r"\1.feed_forward.norm.\2"),
        ),
        r"encoder\.layers\.(\d+)\.",
        "layers.",
    ),
    Rule(r"adapter_1\.([01])\.(.+)", r"lateral.\1.\2"),
    Rule(r"layer_1\.([01])\.(.+)", r"smooth.\1.\2"),
    Rule(r"mask_projection\.(.+)", r"mask_embedding.\1"),
)

_QUERY_DECODER = (
    Rule(r"queries_features\.weight", r"query_content.weight"),
    Rule(r"queries_embedder\.weight", r"query_position.weight"),
    Rule(r"level_embed\.weight", r"level_embedding.weight"),
    *below(
        (
            Rule(
                r"cross_attn\.in_proj_(weight|bias)",
                (
                    r"\1.cross_attention.query.\2",
                    r"\1.cross_attention.key.\2",
                    r"\1.cross_attention.value.\2",
                ),
            ),
            Rule(r"cross_attn\.out_proj\.(.+)", r"\1.cross_attention.output.\2"),
            Rule(r"cross_attn_layer_norm\.(.+)", r"\1.cross_attention.norm.\2"),
            *(
                Rule(rf"self_attn\.{theirs}_proj\.(.+)", rf"\1.self_attention.{ours}.\2")
                for theirs, ours in (("q", "query"), ("k", "key"), ("v", "value"), ("out", "output"))
            ),
            Rule(r"self_attn_layer_norm\.(.+)", r"\1.self_attention.norm.\2"),
            Rule(r"fc1\.(.+)", r"\1.feed_forward.expand.\2"),
            Rule(r"fc2\.(.+)", r"\1.feed_forward.contract.\2"),
            Rule(r"final_layer_norm\.(.+)", r"\1.feed_forward.norm.\2"),
        ),
        r"decoder\.layers\.(\d+)\.",
        "layers.",
    ),
    Rule(r"decoder\.layernorm\.(.+)", r"norm.\1"),
    Rule(r"decoder\.mask_predictor\.mask_embedder\.([01])\.0\.(.+)", r"mask_head.hidden.\1.\2"),
    Rule(r"decoder\.mask_predictor\.mask_embedder\.2\.0\.(.+)", r"mask_head.output.\1"),
)

MASK2FORMER = (
    Rule(r".*\.relative_position_index|criterion\..+", None),
    *below(_SWIN, _ENCODER + r"(?:swin\.|model\.)?", "segmentor.backbone."),
    *below(_STAGE_NORMS, _ENCODER, "segmentor.backbone."),
    *below(_PIXEL_DECODER, r"model\.pixel_level_module\.decoder\.", "segmentor.pixel_decoder."),
    *below(_QUERY_DECODER, r"model\.transformer_module\.", "segmentor.query_decoder."),
    Rule(r"class_predictor\.(.+)", r"segmentor.query_decoder.class_head.\1"),
)
