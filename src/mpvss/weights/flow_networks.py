"""Names of networks for optical flow: the common PyTorch FlowNetS, and torchvision's RAFT.

FlowNetS must be the variant without batch normalisation. Its decoder has no biases, predicts in units of 20 pixels and
reads RGB minus (0.411, 0.432, 0.450), as :class:`mpvss.flow.OpticalFlow` does; versions that came from Caffe read BGR,
which no tensor tells, and lose a little accuracy.
"""

from mpvss.weights.rules import Rule, below

FLOWNETS = below(
    (
        Rule(r"conv([12])\.0\.(weight|bias)", r"motion_encoder.conv\1.0.\2"),
        Rule(r"conv([3-6])\.0\.(weight|bias)", r"motion_encoder.conv\1.0.0.\2"),
        Rule(r"conv([3-6])_1\.0\.(weight|bias)", r"motion_encoder.conv\1.1.0.\2"),
        *(Rule(rf"predict_flow{6 - step}\.weight", rf"pixel_flow.predict.{step}.weight") for step in range(5)),
        *(Rule(rf"deconv{5 - step}\.0\.weight", rf"pixel_flow.deconvolve.{step}.weight") for step in range(4)),
        *(
            Rule(rf"upsampled_flow{6 - step}_to_{5 - step}\.weight", rf"pixel_flow.upsample_flow.{step}.weight")
            for step in range(4)
        ),
    ),
    "",
    "flow.",
)

BATCH_NORM_REFUSAL = (
    "this FlowNetS has batch normalisation (conv1.1 holds running statistics), which the motion encoder has not. "
    "Give the variant without it, whose conv1.0 has a bias."
)

RAFT = (
    Rule(
        r"((feature_encoder|context_encoder|update_block|mask_predictor)\..+)",
        r"flow.raft.\1",
    ),
)
