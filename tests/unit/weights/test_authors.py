import torch

from mpvss.flow import FlowHead
from mpvss.weights import load_weights
from mpvss.weights.authors import MPVSS
from mpvss.weights.rules import translate


def test_an_mpvss_pth_loads_completely(make_model, as_authors, tmp_path):
    original, model = make_model(), make_model()
    torch.save(as_authors(original.state_dict()), tmp_path / "mpvss.pth")
    report = load_weights(model, tmp_path / "mpvss.pth")
    for key, tensor in original.state_dict().items():
        assert torch.equal(model.state_dict()[key], tensor), key
    assert report.checkpoint.format == "the MPVSS authors' model"
    assert report.left_out == report.kept == ()


def test_a_segmentor_takes_its_part_and_names_the_rest(make_model, as_authors, tmp_path):
    original, model = make_model(), make_model()
    torch.save(as_authors(original.state_dict()), tmp_path / "mpvss.pth")
    report = load_weights(model.segmentor, tmp_path / "mpvss.pth")
    assert torch.equal(
        model.segmentor.query_decoder.class_head.weight, original.segmentor.query_decoder.class_head.weight
    )
    assert set(report.left_out) == {f"flow.{key}" for key in original.flow.state_dict()}


def test_their_y_map_comes_first_and_their_fusion_reads_pixel_flow_first():
    """Their flow head, written out as they lay it out, gives what ours does with the translated weights."""
    torch.manual_seed(0)
    dim, height, width = 4, 3, 5
    prefix = "motion.decoder."
    theirs = {
        f"{prefix}decoder_norm.weight": torch.rand(dim),
        f"{prefix}decoder_norm.bias": torch.rand(dim),
        f"{prefix}fuse_layer.conv.weight": torch.randn(2, 4, 3, 3),
        f"{prefix}fuse_layer.conv.bias": torch.randn(2),
    }
    for name, sizes in {"output_head": (4, 8, 8, 4), "scale_layer": (6, 8, 8, 8)}.items():
        for layer in range(3):
            theirs[f"{prefix}{name}.layers.{layer}.weight"] = torch.randn(sizes[layer + 1], sizes[layer])
            theirs[f"{prefix}{name}.layers.{layer}.bias"] = torch.randn(sizes[layer + 1])
    head = FlowHead(map_channels=6, dim=dim)
    state = translate(theirs, MPVSS).state
    head.load_state_dict({key.removeprefix("flow.flow_head."): tensor for key, tensor in state.items()})
    queries, motion_map, pixel_flow = (
        torch.randn(1, 2, dim),
        torch.randn(1, 6, height, width),
        torch.randn(1, 2, height, width),
    )

    def their_mlp(name, x):
        for layer in range(3):
            x = x @ theirs[f"{prefix}{name}.layers.{layer}.weight"].T + theirs[f"{prefix}{name}.layers.{layer}.bias"]
            x = x.relu() if layer < 2 else x
        return x

    normed = torch.nn.functional.layer_norm(
        queries[0], (dim,), theirs[f"{prefix}decoder_norm.weight"], theirs[f"{prefix}decoder_norm.bias"]
    )
    embedding = their_mlp("output_head", normed)
    projected = their_mlp("scale_layer", motion_map[0].permute(1, 2, 0))  # (h, w, 2C): y half, then x half
    for query in range(2):
        flow = torch.zeros(2, height, width)
        for row in range(height):
            for column in range(width):
                flow[1, row, column] = embedding[query] @ projected[row, column, :dim]
                flow[0, row, column] = embedding[query] @ projected[row, column, dim:]
        fused = torch.nn.functional.conv2d(
            torch.cat([pixel_flow[0], flow])[None],
            theirs[f"{prefix}fuse_layer.conv.weight"],
            theirs[f"{prefix}fuse_layer.conv.bias"],
            padding=1,
        )
        torch.testing.assert_close(head(queries, motion_map, pixel_flow)[0, query], fused[0], atol=1e-4, rtol=1e-4)
