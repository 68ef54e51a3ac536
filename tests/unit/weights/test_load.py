import logging

import pytest
import torch

from mpvss.flow import CopyFlow
from mpvss.weights import load_weights, resize_position_table, save_weights


def _copy(module):
    return {key: tensor.clone() for key, tensor in module.state_dict().items()}


def _assert_state(module, state):
    for key, tensor in module.state_dict().items():
        assert torch.equal(tensor, state[key]), key


@pytest.mark.parametrize("part", ["", "segmentor", "segmentor.backbone"])
def test_a_propagator_a_segmentor_and_a_backbone_take_their_part(part, make_model, tmp_path):
    original, model = make_model(), make_model()
    save_weights(original, tmp_path / "whole.safetensors")
    report = load_weights(model.get_submodule(part), tmp_path / "whole.safetensors")
    _assert_state(model.get_submodule(part), original.get_submodule(part).state_dict())
    prefix = f"{part}." if part else ""
    assert set(report.loaded) == {key for key in original.state_dict() if key.startswith(prefix)}
    assert set(report.left_out) == set(original.state_dict()) - set(report.loaded)


def test_a_propagator_without_flow_weights_leaves_them_out(make_model, tmp_path):
    original, model = make_model(), make_model()
    save_weights(original, tmp_path / "whole.safetensors")
    model.flow = CopyFlow()
    report = load_weights(model, tmp_path / "whole.safetensors")
    _assert_state(model.segmentor, original.segmentor.state_dict())
    assert set(report.left_out) == {f"flow.{key}" for key in original.flow.state_dict()}


@pytest.mark.parametrize(
    ("saved", "loading", "message"),
    [
        ("segmentor", "", r"holds backbone and segmentor, but this model also needs flow\..*set weights\.segmentor="),
        (
            "segmentor.backbone",
            "segmentor",
            r"holds backbone, but this model also needs segmentor\..*weights\.backbone=",
        ),
    ],
)
def test_a_file_that_lacks_a_part_is_refused(saved, loading, message, make_model, tmp_path):
    model = make_model()
    save_weights(model.get_submodule(saved), tmp_path / "part.safetensors")
    with pytest.raises(ValueError, match=message):
        load_weights(model.get_submodule(loading), tmp_path / "part.safetensors")


def test_a_class_head_of_another_size_is_refused_with_both_sizes(make_model, tmp_path):
    save_weights(make_model(num_classes=9), tmp_path / "nine.safetensors")
    model = make_model(num_classes=5)
    before = _copy(model)
    with pytest.raises(ValueError, match=r"head has 9 classes, this model's 5, .*weights_class_head=reset"):
        load_weights(model, tmp_path / "nine.safetensors")
    _assert_state(model, before)


def test_a_class_head_stays_at_its_initialisation_when_asked(make_model, tmp_path):
    original, model = make_model(num_classes=9), make_model(num_classes=5)
    save_weights(original, tmp_path / "nine.safetensors")
    before = _copy(model)
    report = load_weights(model, tmp_path / "nine.safetensors", reset_class_head=True)
    head = {f"segmentor.query_decoder.class_head.{name}" for name in ("weight", "bias")}
    assert set(report.kept) == head
    _assert_state(model, original.state_dict() | {key: before[key] for key in head})


def test_the_error_prints_the_overrides_to_set_and_names_keys(make_model, tmp_path, caplog):
    save_weights(make_model(num_queries=9), tmp_path / "nine.safetensors")
    model = make_model(num_queries=7)
    before = _copy(model)
    with caplog.at_level(logging.INFO), pytest.raises(ValueError, match="does not fit this model") as caught:
        load_weights(model, tmp_path / "nine.safetensors")
    message = str(caught.value)
    assert "set: segmentor.num_queries=9\n" in message
    shapes = "segmentor.query_decoder.query_content.weight (9, 32) instead of (7, 32)"
    assert f"Tensors of another shape: {shapes}" in message
    assert "flow.motion_decoder.query_embedding.weight (9, 32)" in caplog.text
    _assert_state(model, before)


def test_missing_and_unused_keys_are_counted_and_all_logged(make_model, tmp_path, caplog):
    model = make_model()
    state = {f"propagation.{key}": tensor for key, tensor in model.state_dict().items()}
    missing = [key for key in state if ".motion_encoder." in key]
    state |= {f"{key}_old": state.pop(key) for key in missing}
    torch.save({"state_dict": state}, tmp_path / "old.ckpt")
    with caplog.at_level(logging.INFO), pytest.raises(ValueError, match="does not fit this model") as caught:
        load_weights(model, tmp_path / "old.ckpt")
    keys = [key.removeprefix("propagation.") for key in missing]
    assert len(keys) == 20
    assert f"Tensors missing in it: {', '.join(keys[:5])} and 15 more (20;" in str(caught.value)
    assert "Tensors not used: flow.motion_encoder.conv1.0.weight_old" in str(caught.value)
    assert all(f"{key}_old" in caplog.text for key in keys)


def test_position_tables_of_another_window_are_interpolated_and_reported(make_model, tmp_path):
    original, model = make_model(window_size=3), make_model(window_size=4)
    save_weights(original, tmp_path / "window3.safetensors")
    report = load_weights(model, tmp_path / "window3.safetensors")
    assert len(report.interpolated) == 8
    for key in report.interpolated:
        assert torch.equal(model.state_dict()[key], resize_position_table(original.state_dict()[key], 49))


def test_half_precision_weights_are_loaded_into_float32(make_model, tmp_path):
    original, model = make_model().half(), make_model()
    save_weights(original, tmp_path / "half.safetensors")
    load_weights(model, tmp_path / "half.safetensors")
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}
    _assert_state(model, original.float().state_dict())


def test_what_was_left_out_is_logged(make_model, tmp_path, caplog):
    model = make_model()
    save_weights(model, tmp_path / "whole.safetensors")
    with caplog.at_level(logging.INFO):
        load_weights(model.segmentor, tmp_path / "whole.safetensors")
    assert "flow.flow_head.fuse.bias" in caplog.text
