import sys

import pytest
import torch

from mpvss.backbone import SwinBackbone
from mpvss.benchmark import compare_with_transformers
from mpvss.benchmark.transformers_reference import parts_of_mask2former, transformers_mask2former
from mpvss.segmentor import mask2former

SWIN = {"embed_dim": 16, "depths": (2, 2, 2, 2), "num_heads": (1, 2, 2, 4), "window_size": 5}


@pytest.fixture
def segmentor():
    torch.manual_seed(0)
    backbone = SwinBackbone("swin_tiny_patch4_window7_224", drop_path=0.0, **SWIN)
    return mask2former(backbone, 6, 11, 32, 4, 2, 48, 4, 64).eval()


def test_transformers_model_has_the_same_sizes_weights_and_answers(segmentor):
    pytest.importorskip("transformers")
    reference = transformers_mask2former(segmentor)
    ours, theirs = (sum(p.numel() for p in model.parameters()) for model in (segmentor, reference))
    assert theirs - ours == 2 * 8 * 16  # a LayerNorm after its Swin that no one reads
    frame = torch.randint(256, (2, 3, 45, 67), dtype=torch.uint8)
    with torch.inference_mode():
        expected, actual = reference(frame), segmentor(frame)
    torch.testing.assert_close(actual.segments.class_logits, expected.segments.class_logits, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(actual.segments.mask_logits, expected.segments.mask_logits, atol=1e-4, rtol=1e-4)
    assert list(reference.parts) == list(parts_of_mask2former(segmentor))


def test_a_key_frame_is_compared_whole_and_in_parts(segmentor):
    pytest.importorskip("transformers")
    comparison = compare_with_transformers(segmentor, (45, 67), repeats=2, warmup=0)
    assert list(comparison.ours) == list(comparison.theirs) == [
        "key frame", "backbone", "pixel decoder", "- deformable encoder", "query decoder",
        "mask upsampling, class aggregation",
    ]  # fmt: skip
    assert comparison.agreement > 0.99
    for timings in (comparison.ours, comparison.theirs):
        assert all(timing.median > 0 for timing in timings.values())
        assert timings["- deformable encoder"].median < timings["pixel decoder"].median
    assert comparison.ratio == comparison.theirs["key frame"].median / comparison.ours["key frame"].median


def test_a_backbone_that_transformers_has_not_is_refused(build):
    with pytest.raises(ValueError, match=r"needs a Swin backbone; got ConvBackbone. Set backbone=swin_t"):
        compare_with_transformers(build().segmentor.eval(), (45, 67))


def test_another_segmentor_is_refused():
    with pytest.raises(ValueError, match="compares a Mask2Former; got Linear"):
        compare_with_transformers(torch.nn.Linear(1, 1), (45, 67))


def test_without_transformers_the_error_says_how_to_install_it(segmentor, monkeypatch):
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(ValueError, match=r"not installed. Run pip install -e '.\[dev\]'"):
        compare_with_transformers(segmentor, (45, 67))
