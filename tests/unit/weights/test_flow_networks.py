import pytest
import torch
from torchvision.models.optical_flow import raft_small

from mpvss.flow import FlowWidths, optical_flow, query_learned, raft
from mpvss.weights import load_weights, save_weights

CHANNELS = (4, 5, 6, 7, 8, 9)
STEPS = (3, 4, 5, 6)
WIDTHS = FlowWidths(2, 16, encoder_channels=CHANNELS, flownet_step_channels=STEPS)


def public_flownets():
    """A narrow FlowNetS under its common names, one by one."""
    torch.manual_seed(0)
    sizes = {
        "conv1": (4, 6, 7), "conv2": (5, 4, 5),
        "conv3": (6, 5, 5), "conv3_1": (6, 6, 3), "conv4": (7, 6, 3), "conv4_1": (7, 7, 3),
        "conv5": (8, 7, 3), "conv5_1": (8, 8, 3), "conv6": (9, 8, 3), "conv6_1": (9, 9, 3),
    }  # fmt: skip
    state = {}
    for name, (out, channels, kernel) in sizes.items():
        state[f"{name}.0.weight"] = torch.randn(out, channels, kernel, kernel)
        state[f"{name}.0.bias"] = torch.randn(out)
    widths = [9, 8 + 3 + 2, 7 + 4 + 2, 6 + 5 + 2, 5 + 6 + 2]
    for step, name in enumerate(["deconv5", "deconv4", "deconv3", "deconv2"]):
        state[f"{name}.0.weight"] = torch.randn(widths[step], STEPS[step], 4, 4)
    for width, name in zip(widths, [6, 5, 4, 3, 2], strict=True):
        state[f"predict_flow{name}.weight"] = torch.randn(2, width, 3, 3)
    for name in ["6_to_5", "5_to_4", "4_to_3", "3_to_2"]:
        state[f"upsampled_flow{name}.weight"] = torch.randn(2, 2, 4, 4)
    return state


def save_public(state, folder):
    torch.save({"arch": "flownets", "epoch": 3, "state_dict": state, "div_flow": 20}, folder / "flownets.pth.tar")
    return folder / "flownets.pth.tar"


def test_a_public_flownets_computes_what_it_did(tmp_path):
    """Written out with the public names: the finest prediction, in units of 20 pixels of the input."""
    state = public_flownets()
    flow = optical_flow(WIDTHS._replace(input_scale=1.0))
    report = load_weights(flow, save_public(state, tmp_path))
    assert report.checkpoint.format == "FlowNetS"
    assert set(report.loaded) == {f"flow.{key}" for key in flow.state_dict()}
    key_frame, frame = torch.randint(0, 256, (2, 1, 3, 64, 96), dtype=torch.uint8)

    def conv(name, x, stride):
        weight, bias = state[f"{name}.0.weight"], state[f"{name}.0.bias"]
        x = torch.nn.functional.conv2d(x, weight, bias, stride, padding=weight.shape[-1] // 2)
        return torch.nn.functional.leaky_relu(x, 0.1)

    mean = torch.tensor([0.411, 0.432, 0.450]).view(3, 1, 1)
    x = conv("conv1", torch.cat([frame / 255 - mean, key_frame / 255 - mean], dim=1), 2)
    maps = [conv("conv2", x, 2)]
    for level in (3, 4, 5, 6):
        maps.append(conv(f"conv{level}_1", conv(f"conv{level}", maps[-1], 2), 1))
    features = maps[4]
    for level in (6, 5, 4, 3):
        predicted = torch.nn.functional.conv2d(features, state[f"predict_flow{level}.weight"], padding=1)
        kernel = state[f"upsampled_flow{level}_to_{level - 1}.weight"]
        upsampled = torch.nn.functional.conv_transpose2d(predicted, kernel, stride=2, padding=1)
        kernel = state[f"deconv{level - 1}.0.weight"]
        deconvolved = torch.nn.functional.conv_transpose2d(features, kernel, stride=2, padding=1)
        deconvolved = torch.nn.functional.leaky_relu(deconvolved, 0.1)
        height, width = maps[level - 3].shape[-2:]
        crops = [deconvolved[..., :height, :width], upsampled[..., :height, :width]]
        features = torch.cat([maps[level - 3], *crops], dim=1)
    expected = torch.nn.functional.conv2d(features, state["predict_flow2.weight"], padding=1)
    got = flow(key_frame, frame, torch.zeros(1, 1, 4))[:, 0]
    torch.testing.assert_close(got, expected * 20 / 4, rtol=1e-4, atol=1e-4 * float(expected.abs().max()))


def test_a_motion_encoder_takes_its_part(tmp_path):
    state = public_flownets()
    flow = query_learned(3, 8, WIDTHS, num_stages=1)
    report = load_weights(flow.motion_encoder, save_public(state, tmp_path))
    assert torch.equal(flow.motion_encoder.conv4[1][0].weight, state["conv4_1.0.weight"])
    assert len(report.loaded) == len(flow.motion_encoder.state_dict()) == 20
    assert all(key.startswith("flow.pixel_flow.") for key in report.left_out)


def test_a_flownets_in_place_of_another_flow_module_is_refused_by_name(tmp_path):
    with pytest.raises(ValueError, match=r"To build the model that it was made for, set: flow=optical_flow"):
        load_weights(query_learned(3, 8, WIDTHS, num_stages=1), save_public(public_flownets(), tmp_path))


def test_batch_normalisation_is_refused(tmp_path):
    state = public_flownets()
    for conv in ("conv1", "conv6_1"):  # every convolution has one, but a deep-stemmed ResNet has a conv1.1, too
        del state[f"{conv}.0.bias"]
        state |= {f"{conv}.1.{name}": torch.zeros(4) for name in ("weight", "bias", "running_mean", "running_var")}
    path = save_public(state, tmp_path)
    with pytest.raises(
        ValueError, match=r"flownets\.pth\.tar: this FlowNetS has batch normalisation .*Give the variant"
    ):
        load_weights(optical_flow(WIDTHS), path)


def test_torchvisions_raft_loads_completely(tmp_path):
    torch.manual_seed(0)
    theirs = raft_small(weights=None)
    torch.save(theirs.state_dict(), tmp_path / "raft_small.pth")
    flow = raft("small")
    report = load_weights(flow, tmp_path / "raft_small.pth")
    for key, tensor in theirs.state_dict().items():
        assert torch.equal(flow.state_dict()[f"raft.{key}"], tensor), key
    assert report.left_out == ()


def test_a_raft_of_another_size_names_the_override(tmp_path):
    torch.save(raft_small(weights=None).state_dict(), tmp_path / "raft_small.pth")
    with pytest.raises(ValueError, match=r"set: flow\.size=small"):
        load_weights(raft("large"), tmp_path / "raft_small.pth")


@pytest.mark.parametrize("written", ["weights", "lightning_flow", "lightning_propagation"])
def test_our_own_pretrained_flow_starts_a_flow_module_and_a_motion_encoder(written, tmp_path):
    torch.manual_seed(0)
    original = optical_flow(WIDTHS)
    path = tmp_path / ("flow.safetensors" if written == "weights" else "flow.ckpt")
    if written == "weights":
        save_weights(original, path)
    else:
        prefix = "flow." if written == "lightning_flow" else "propagation.flow."
        state = {prefix + key: tensor for key, tensor in original.state_dict().items()}
        torch.save({"state_dict": state | {"metric.total": torch.zeros(())}}, path)
    flow, encoder = optical_flow(WIDTHS), query_learned(3, 8, WIDTHS, num_stages=1).motion_encoder
    load_weights(flow, path)
    load_weights(encoder, path)
    for key, tensor in original.state_dict().items():
        assert torch.equal(flow.state_dict()[key], tensor), key
    assert torch.equal(encoder.conv1[0].weight, original.motion_encoder.conv1[0].weight)


def test_a_backbone_is_no_flow_module(tmp_path):
    torch.save({"conv1.weight": torch.zeros(4, 3, 7, 7), "layer1.0.conv1.weight": torch.zeros(1)}, tmp_path / "r.pth")
    with pytest.raises(ValueError, match=r"holds backbone, but this model also needs flow\..*weights\.backbone="):
        load_weights(optical_flow(WIDTHS), tmp_path / "r.pth")
