"""Checkpoints of other projects through the command lines; that every weight arrives is shown in tests/unit/weights."""

import pickle

import pytest
import timm
import torch
from torch import nn
from torchvision.io import decode_image, write_png
from transformers import Mask2FormerConfig, Mask2FormerForUniversalSegmentation, SwinConfig

from mpvss.evaluation.record import read_record
from mpvss.flow import CopyFlow
from mpvss.inference import VideoSegmenter
from mpvss.propagation import FixedInterval, MaskPropagation
from mpvss.weights import load_weights

MODEL = (  # of make_model; a newcomer with a published checkpoint says backbone=swin_t and no more
    "backbone=swin_t", "+backbone.embed_dim=8", "+backbone.depths=[2,2,2,2]", "+backbone.num_heads=[1,2,2,4]",
    "+backbone.window_size=3", "segmentor.num_queries=7", "segmentor.dim=32", "segmentor.num_heads=4",
    "segmentor.encoder_layers=1", "segmentor.encoder_hidden_dim=24", "segmentor.decoder_layers=2",
    "segmentor.decoder_hidden_dim=40",
)  # fmt: skip
SEED = 4
FLOW = (
    "flow_widths.num_heads=4", "flow.num_stages=1", "flow_widths.hidden_dim=40",
    "flow_widths.encoder_channels=[4,6,8,10,12,14]",
    "flow_widths.step_channels=[5,6,7,8]",
)  # fmt: skip
DATA = (
    "data.num_classes=5", "data.height=40", "data.width=70", "data.num_frames=4", "data.val_videos=1",
    "data.num_workers=0", "trainer=cpu",
)  # fmt: skip


@torch.no_grad()
def scatter(model):
    """Give every parameter a random value such that masks and classes vary within a frame."""
    torch.manual_seed(SEED)
    for module in model.modules():
        for name, parameter in module.named_parameters(recurse=False):
            if parameter.ndim == 1:
                parameter.normal_(0 if name.endswith("bias") else 1, 0.1)
            else:
                parameter.normal_(std=3 if isinstance(module, nn.Embedding) else 2 * parameter[0].numel() ** -0.5)
    return model


def write_zoo_file(model, as_detectron2, folder):
    state = {key: tensor.numpy() for key, tensor in as_detectron2(model.state_dict()).items()}
    (folder / "zoo.pkl").write_bytes(pickle.dumps({"model": state, "__author__": "third party"}))
    return "zoo.pkl"


def write_hugging_face_folder(model, folder):
    swin = SwinConfig(
        embed_dim=8, depths=[2, 2, 2, 2], num_heads=[1, 2, 2, 4], window_size=3,
        out_features=["stage1", "stage2", "stage3", "stage4"],
    )  # fmt: skip
    config = Mask2FormerConfig(
        backbone_config=swin, num_labels=5, num_queries=7, hidden_dim=32, mask_feature_size=32, feature_size=32,
        num_attention_heads=4, encoder_layers=1, encoder_feedforward_dim=24, decoder_layers=3, dim_feedforward=40,
    )  # fmt: skip
    scatter(Mask2FormerForUniversalSegmentation(config)).save_pretrained(folder / "hf")
    load_weights(model.segmentor, folder / "hf")  # that this is right is shown in tests/parity
    return "hf"


def write_authors_file(model, as_authors, folder):
    torch.save(as_authors(model.state_dict()), folder / "authors.pth")
    return "authors.pth"


@pytest.fixture(params=["detectron2", "Hugging Face", "authors"])
def foreign(request, make_model, as_detectron2, as_authors, tmp_path):
    """A model, its file in another project's format, and how to use it at an interval."""
    model = scatter(make_model()).eval()
    if request.param == "authors":
        return model, write_authors_file(model, as_authors, tmp_path), "weights.model", FLOW
    if request.param == "detectron2":
        source = write_zoo_file(model, as_detectron2, tmp_path)
    else:
        source = write_hugging_face_folder(model, tmp_path)
    return MaskPropagation(model.segmentor, CopyFlow()).eval(), source, "weights.segmentor", ("flow=copy",)


def test_a_foreign_checkpoint_is_evaluated_converted_and_used(run_here, foreign, make_noise, tmp_path):
    model, source, option, flow = foreign
    answer = run_here("eval.py", f"{option}={source}", *MODEL, *flow, *DATA, "interval=2")
    assert answer.status == 0, answer.err
    assert "mIoU" in answer.out
    assert read_record(tmp_path / "out").results[0].flow == ("copy" if "flow=copy" in flow else "query_flow")

    answer = run_here("convert.py", f"source={source}", "output=ours.safetensors")
    assert answer.status == 0, answer.err
    frames = make_noise(4, (40, 70))
    (tmp_path / "frames").mkdir()
    for index, frame in enumerate(frames):
        write_png(frame, str(tmp_path / "frames" / f"{index}.png"))
    expected = VideoSegmenter(model, FixedInterval(2)).segment(frames).labels
    for weights, output in ((source, "direct"), ("ours.safetensors", "converted")):
        answer = run_here(
            "predict.py", f"{option}={weights}", *MODEL, *flow, "video=frames", f"output={output}", "interval=2"
        )
        assert answer.status == 0, answer.err
        labels = [decode_image(str(tmp_path / output / f"{index}.png"))[0] for index in range(4)]
        assert torch.equal(torch.stack(labels), expected)
    assert len(expected.unique()) > 1  # or any model would do


@pytest.mark.parametrize("option", ["weights.model", "weights.segmentor"])
def test_an_untrained_flow_module_is_not_used(run_here, make_model, as_detectron2, tmp_path, option):
    source = write_zoo_file(make_model(), as_detectron2, tmp_path)
    refused = run_here("eval.py", f"{option}={source}", *MODEL, *DATA, "interval=2")
    assert refused.status == 1
    assert "zoo.pkl has no flow module, so flow=query_flow would be untrained" in refused.err
    assert "Set flow=copy, or interval=1" in refused.err
    assert run_here("eval.py", f"{option}={source}", *MODEL, *DATA, "interval=1").status == 0


def test_a_backbone_alone_is_no_model(run_here, tmp_path):
    torch.save(timm.create_model("test_resnet.r160_in1k").state_dict(), tmp_path / "backbone.pth")
    answer = run_here("eval.py", "weights.segmentor=backbone.pth", "backbone=tiny", *DATA, "interval=1")
    assert answer.status == 1
    assert (
        "backbone.pth (a timm or torchvision ResNet) holds backbone, but this model also needs segmentor" in answer.err
    )
    assert "set weights.backbone=backbone.pth" in answer.err
