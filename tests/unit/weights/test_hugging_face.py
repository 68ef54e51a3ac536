import pytest
import torch
from transformers import Mask2FormerConfig, Mask2FormerForUniversalSegmentation, SwinConfig

from mpvss.weights import load_weights, read_checkpoint

# That the translated weights compute the same is shown in tests/parity.


@pytest.fixture
def peer():
    torch.manual_seed(0)
    stages = [f"stage{stage}" for stage in (1, 2, 3, 4)]
    swin = SwinConfig(embed_dim=8, depths=[2, 2, 2, 2], num_heads=[1, 2, 2, 4], window_size=3, out_features=stages)
    config = Mask2FormerConfig(
        backbone_config=swin,
        num_labels=5,
        num_queries=7,
        hidden_dim=32,
        mask_feature_size=32,
        feature_size=32,
        num_attention_heads=4,
        encoder_layers=1,
        encoder_feedforward_dim=24,
        decoder_layers=3,
        dim_feedforward=40,
    )
    return Mask2FormerForUniversalSegmentation(config)


def test_every_way_to_store_a_model_gives_the_same_weights(peer, make_model, tmp_path):
    peer.save_pretrained(tmp_path / "one")
    peer.save_pretrained(tmp_path / "sharded", max_shard_size="100KB")
    (tmp_path / "bin").mkdir()
    torch.save(peer.state_dict(), tmp_path / "bin" / "pytorch_model.bin")  # names as in the modules of transformers
    assert (tmp_path / "sharded" / "model.safetensors.index.json").is_file()
    reference = read_checkpoint(tmp_path / "one")
    assert reference.format == "Hugging Face's Mask2Former"
    assert reference.architecture.num_heads == 4
    model = make_model()
    wanted = {key for key in model.state_dict() if key.startswith("segmentor.")}
    assert set(reference.state) == wanted
    for source in ("one/model.safetensors", "sharded", "bin", "bin/pytorch_model.bin"):
        state = read_checkpoint(tmp_path / source).state
        assert state.keys() == reference.state.keys()
        assert all(torch.equal(state[key], tensor) for key, tensor in reference.state.items()), source


def test_a_folder_loads_completely(peer, make_model, tmp_path):
    peer.save_pretrained(tmp_path)
    segmentor = make_model().segmentor
    report = load_weights(segmentor, tmp_path)
    assert report.kept == report.left_out == ()
    assert torch.equal(segmentor.query_decoder.class_head.weight, peer.class_predictor.weight)


def test_other_head_counts_are_an_error_since_no_shape_tells_them(peer, make_model, tmp_path):
    peer.config.num_attention_heads = 8
    peer.save_pretrained(tmp_path)
    with pytest.raises(ValueError, match=r"set: segmentor\.num_heads=8"):
        load_weights(make_model().segmentor, tmp_path)


@pytest.mark.parametrize("numbering", [lambda stage: f"stage{stage + 1}", str])
def test_stage_norms_of_every_version_are_known(peer, numbering, tmp_path):
    state = peer.state_dict()
    for stage in range(4):
        for name in ("weight", "bias"):
            key = f"model.pixel_level_module.encoder.hidden_states_norms.stage{stage + 1}.{name}"
            state[key.replace(f"stage{stage + 1}", numbering(stage))] = state.pop(key).fill_(stage)
    torch.save(state, tmp_path / "model.bin")
    ours = read_checkpoint(tmp_path / "model.bin").state
    for stage in range(4):
        assert (ours[f"segmentor.backbone.norms.{stage}.weight"] == stage).all()
